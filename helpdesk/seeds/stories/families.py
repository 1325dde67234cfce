"""Which stories tell of the same fault, in the order in which they came."""

from __future__ import annotations

from helpdesk.seeds.cast import Words
from helpdesk.seeds.story import Family

FAMILIES = (
    Family(
        key="blank-labels",
        title="Empty labels after the printer wakes up",
        product="printer",
        component="Firmware",
        version="3.11",
        fixed_in="3.12",
        cause=(
            "On waking, firmware 3.11 starts the label sensor with its defaults instead of the stored calibration, "
            "so the gap between two labels is taken for a label."
        ),
        workaround=Words(
            en="On the panel set Menu > Power > Sleep to Off, then hold Feed for five seconds to calibrate once.",
            lt="Pulte: Menu > Power > Sleep > Off, tada penkias sekundes palaikykite Feed – įvyks kalibravimas.",
            ru="На панели выберите Menu > Power > Sleep > Off, затем пять секунд держите Feed для калибровки.",
            zh="在面板上将 Menu > Power > Sleep 设为 Off，再按住 Feed 键五秒校准一次。",
        ),
        stories=(
            "en-blank-labels-gdansk",
            "lt-tuscios-etiketes-ekspedicija",
            "ru-pustye-etiketki-almaty",
            "zh-kongbai-minghe",
            "en-blank-labels-tartu",
            "lt-tuscios-etiketes-zirmunai",
            "en-blank-labels-hamburg",
            "ru-pustye-etiketki-riga",
            "zh-kongbai-pufan",
        ),
    ),
    Family(
        key="shift-close",
        title="Shift close waits for ever after a voided gift voucher",
        product="pos",
        component="Shift close",
        version="6.5.0",
        fixed_in="6.5.1",
        cause=(
            "Since 6.5.0 reversals are numbered after the close lock is taken; a voucher voided on the same day never "
            "gets its number, and the close waits for it."
        ),
        workaround=Words(
            en="Back office > Vouchers > Reversals: select the line without a number, choose Confirm without number, "
            "close the shift again.",
            lt="Administravimo lange Čekiai > Atšaukimai pažymėkite eilutę be numerio, spauskite „Patvirtinti be "
            "numerio“ ir dar kartą uždarykite pamainą.",
            ru="Бэк-офис > Сертификаты > Отмены: выделите строку без номера, нажмите «Подтвердить без номера» и "
            "закройте смену ещё раз.",
            zh="后台「礼品券 > 冲销」：选中没有编号的一行，点「无编号确认」，再做一次日结。",
        ),
        stories=(
            "lt-pamaina-girios",
            "lt-pamaina-girios-antras",
            "en-day-close-berlin",
            "lt-pamaina-kavine",
            "ru-smena-abaya",
            "zh-rijie-qinglan",
            "en-day-close-riga",
            "lt-pamaina-vaistine",
        ),
    ),
    Family(
        key="wifi-roaming",
        title="Handhelds lose the network between access points",
        product="scanner",
        component="Wi-Fi",
        version="2.8",
        fixed_in="2.9",
        cause=(
            "Agent 2.8 answers fast-roaming requests one at a time; where several handhelds change the access point "
            "together, the others wait up to half a minute. WPA3 networks add a full sign-in at each change."
        ),
        workaround=Words(
            en="Agent > Network > Fast roaming > Off; with WPA2-Enterprise also wifi.pmkcache=1 in the profile. "
            "It does not help on WPA3.",
            lt="Agent > Network > Fast roaming > Off; WPA2-Enterprise tinkle profilyje dar wifi.pmkcache=1. "
            "WPA3 tinkle tai nepadeda.",
            ru="Agent > Network > Fast roaming > Off; в сети WPA2-Enterprise ещё и wifi.pmkcache=1 в профиле. "
            "На WPA3 это не помогает.",
            zh="Agent > Network > Fast roaming 设为 Off；WPA2-Enterprise 网络还需在配置中加 wifi.pmkcache=1。"
            "WPA3 网络无效。",
        ),
        stories=(
            "lt-skaitytuvai-nemunas",
            "ru-skanery-astana",
            "en-scanner-roaming-tallinn",
            "en-scanner-roaming-duplicate",
            "en-scanner-roaming-berlin",
            "zh-manyou-pufan",
        ),
    ),
    Family(
        key="exchange-certificate",
        title="Export stops when the connector's own certificate runs out",
        product="connect",
        component="Certificates",
        version="5.2",
        fixed_in="5.3",
        cause="Connectors before 5.3 carry an exchange certificate of their own and do not renew it.",
        workaround=Words(
            en="Connect console > Certificates > Refresh bundle, then restart the service jungta-scheduler.",
            lt="Connect konsolėje Certificates > Refresh bundle, tada paleiskite iš naujo tarnybą jungta-scheduler.",
            ru="Консоль Connect > Certificates > Refresh bundle, затем перезапустите службу jungta-scheduler.",
            zh="Connect 控制台 > Certificates > Refresh bundle，然后重启 jungta-scheduler 服务。",
        ),
        stories=("en-certificate-gdansk", "lt-sertifikatas-statmena", "ru-sertifikat-astana"),
    ),
    Family(
        key="night-alarm",
        title="Gateways are reported offline at two in the morning",
        product="coldwatch",
        component="Gateway",
        version="1.9",
        fixed_in="1.10",
        cause=(
            "Gateway 1.9 compresses all old logs at 02:00 before it lets the radio start; that takes longer than the "
            "five minutes after which an alarm is sent. Sensors keep 48 hours, so no reading is lost."
        ),
        workaround=Words(
            en="Set Alerts > Gateway > Delay to 15 minutes.",
            lt="Alerts > Gateway > Delay nustatykite 15 minučių.",
            ru="Установите Alerts > Gateway > Delay на 15 минут.",
            zh="将 Alerts > Gateway > Delay 设为 15 分钟。",
        ),
        stories=(
            "en-gateway-offline-bialystok",
            "zh-yejian-yunzhi",
            "lt-naktiniai-marios",
            "en-gateway-offline-tallinn",
            "ru-nochnye-sms",
            "lt-naktiniai-ziedlapis",
        ),
    ),
    Family(
        key="compressor-restart",
        title="Compressors burn out after short power cuts",
        product="cold",
        component="Compressor",
        version="2.0",
        fixed_in="2.1",
        cause="Controller 2.0 starts the compressor 30 seconds after a power cut; the maker asks for three minutes.",
        workaround=Words(
            en="Set parameter c5 (pause before start) to 3 minutes.",
            lt="Parametrą c5 (pauzė prieš paleidimą) nustatykite 3 minutėms.",
            ru="Установите параметр c5 (пауза перед пуском) на 3 минуты.",
            zh="将参数 c5（启动前停顿）设为 3 分钟。",
        ),
        stories=("lt-kamera-kompresorius", "ru-kamera-ryba"),
    ),
)
