"""Who takes part in the demo desk: the company, its teams and products, its clients and what stands at their places.

1. Every company, person, product, address and telephone number is invented; mail domains end in `.example` (RFC 2606).
2. Things refer to one another by `key`; an installed product is known by its serial number or licence number.
3. Ages are whole months before the day on which the demo desk is made, so that the data never grows old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "lt", "ru", "zh-Hans"]
Channel = Literal["portal", "email", "phone", "walk_in", "remote_session", "on_site_visit", "messenger", "api"]
Line = Literal[1, 2, 3]
SharingMode = Literal["private", "unit", "organisation", "circle"]
Plan = Literal["monthly_service", "annual_service", "pay_as_you_go", "warranty_only"]
BuyingRole = Literal["initiator", "user", "influencer", "gatekeeper", "buyer", "decider", "controller"]
ItReadiness = Literal["novice", "basic", "expert"]


@dataclass(frozen=True, slots=True)
class Words:
    """One name in the four languages of the desk."""

    en: str
    lt: str
    ru: str
    zh: str

    def in_language(self, language: Language) -> str:
        """The name for a reader of this language."""
        return {"en": self.en, "lt": self.lt, "ru": self.ru, "zh-Hans": self.zh}[language]


@dataclass(frozen=True, slots=True)
class Company:
    """The vendor whose desk this is."""

    name: str
    domain: str
    languages: tuple[Language, ...]
    timezone: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team on its line; a first-line team says whose languages it answers."""

    key: str
    name: str
    line: Line
    timezone: str
    languages: tuple[Language, ...]


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who answers tickets; `skills` are product keys, `leads_line` is set for line leads only."""

    key: str
    name: str
    email: str
    role: Literal["operator", "line_lead"]
    teams: tuple[str, ...]
    leads_line: Line | None
    languages: tuple[Language, ...]
    skills: tuple[str, ...]
    substitute: str | None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody of the company who answers no tickets; `products` are those that a product owner owns."""

    key: str
    name: str
    email: str
    role: Literal["manager", "product_owner", "administrator"]
    languages: tuple[Language, ...]
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """A client company; `prepaid_hours` belong to the annual service plan, `circle` names who shares in circle mode."""

    key: str
    name: str
    language: Language
    timezone: str
    mail_domain: str
    sharing_mode: SharingMode
    city: str
    country: str
    plan: Plan
    prepaid_hours: int = 0
    circle: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at an organisation."""

    key: str
    name: str
    email: str
    phone: str
    organisation: str
    unit: str
    roles: tuple[BuyingRole, ...]
    it_readiness: ItReadiness
    language: Language
    is_supervisor: bool
    preferred_channel: Channel
    has_account: bool
    in_circle: bool


@dataclass(frozen=True, slots=True)
class Category:
    """What a ticket is about, in the words of the form."""

    key: str
    name: Words


@dataclass(frozen=True, slots=True)
class Product:
    """Something the company sells and maintains; versions from the oldest to the newest, announced ones included."""

    key: str
    name: str
    kind: Literal["software", "equipment"]
    components: tuple[str, ...]
    versions: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Installed:
    """One product at one organisation; a warranty of 0 months means that only the service plan stands behind it."""

    organisation: str
    product: str
    version: str
    serial: str
    location: str
    delivered_months_ago: int
    warranty_months: int
    free_upgrade_months: int
    is_trained: bool


@dataclass(frozen=True, slots=True)
class Article:
    """A knowledge base entry that handovers name as consulted."""

    key: str
    product: str
    title: Words


COMPANY = Company("Brastova Systems", "brastova.example", ("en", "lt", "ru", "zh-Hans"), "Europe/Vilnius")

TEAMS = (
    Team("desk", "Service desk", 1, "Europe/Vilnius", ("en", "lt")),
    Team("desk_east", "Service desk East", 1, "Asia/Almaty", ("ru", "zh-Hans")),
    Team("pos", "POS software", 2, "Europe/Vilnius", ("en", "lt", "ru", "zh-Hans")),
    Team("field", "Equipment & field service", 2, "Europe/Vilnius", ("en", "lt", "ru", "zh-Hans")),
    Team("warehouse", "Warehouse & integrations", 2, "Europe/Vilnius", ("en", "lt", "ru", "zh-Hans")),
    Team("engineering", "Product engineering", 3, "Europe/Vilnius", ("en", "lt", "ru")),
    Team("vendors", "Vendor liaison", 3, "Europe/Vilnius", ("en", "ru")),
)

OPERATORS = (
    Operator(
        key="ausra",
        name="Aušra Petkevičienė",
        email="ausra.petkeviciene@brastova.example",
        role="line_lead",
        teams=("desk",),
        leads_line=1,
        languages=("lt", "en", "ru"),
        skills=("pos", "kiosk", "printer", "scanner"),
        substitute="egle",
    ),
    Operator(
        key="egle",
        name="Eglė Mažonytė",
        email="egle.mazonyte@brastova.example",
        role="operator",
        teams=("desk",),
        leads_line=None,
        languages=("lt", "en"),
        skills=("pos", "kiosk", "cold", "coldwatch"),
        substitute="kamil",
    ),
    Operator(
        key="kamil",
        name="Kamil Wrona",
        email="kamil.wrona@brastova.example",
        role="operator",
        teams=("desk",),
        leads_line=None,
        languages=("en", "lt"),
        skills=("wms", "connect", "scanner", "printer", "coldwatch"),
        substitute="egle",
    ),
    Operator(
        key="irina",
        name="Irina Golubenko",
        email="irina.golubenko@brastova.example",
        role="operator",
        teams=("desk_east",),
        leads_line=None,
        languages=("ru", "en"),
        skills=("pos", "kiosk", "printer", "cold", "coldwatch"),
        substitute="timur",
    ),
    Operator(
        key="timur",
        name="Timur Seitkanov",
        email="timur.seitkanov@brastova.example",
        role="operator",
        teams=("desk_east",),
        leads_line=None,
        languages=("ru", "en"),
        skills=("wms", "connect", "scanner", "printer"),
        substitute="irina",
    ),
    Operator(
        key="lin",
        name="Lin Meiyu",
        email="lin.meiyu@brastova.example",
        role="operator",
        teams=("desk_east",),
        leads_line=None,
        languages=("zh-Hans", "en"),
        skills=("pos", "kiosk", "printer", "scanner", "wms", "connect", "cold", "coldwatch"),
        substitute=None,
    ),
    Operator(
        key="mantas",
        name="Mantas Vaišvila",
        email="mantas.vaisvila@brastova.example",
        role="operator",
        teams=("pos",),
        leads_line=None,
        languages=("lt", "en", "ru"),
        skills=("pos", "kiosk"),
        substitute="oleg",
    ),
    Operator(
        key="oleg",
        name="Oleg Sorokin",
        email="oleg.sorokin@brastova.example",
        role="operator",
        teams=("pos", "warehouse"),
        leads_line=None,
        languages=("ru", "lt", "en"),
        skills=("pos", "kiosk", "connect"),
        substitute="mantas",
    ),
    Operator(
        key="darius",
        name="Darius Urbelis",
        email="darius.urbelis@brastova.example",
        role="operator",
        teams=("field",),
        leads_line=None,
        languages=("lt", "en", "ru"),
        skills=("cold", "coldwatch", "printer", "kiosk"),
        substitute="pawel",
    ),
    Operator(
        key="pawel",
        name="Paweł Maliszek",
        email="pawel.maliszek@brastova.example",
        role="operator",
        teams=("field",),
        leads_line=None,
        languages=("en", "ru"),
        skills=("printer", "scanner", "cold", "coldwatch"),
        substitute="darius",
    ),
    Operator(
        key="zhou",
        name="Zhou Kaiming",
        email="zhou.kaiming@brastova.example",
        role="operator",
        teams=("field", "pos", "warehouse"),
        leads_line=None,
        languages=("zh-Hans", "en"),
        skills=("printer", "scanner", "cold", "coldwatch", "kiosk", "pos", "wms", "connect"),
        substitute="pawel",
    ),
    Operator(
        key="jurgita",
        name="Jurgita Stankūnė",
        email="jurgita.stankune@brastova.example",
        role="line_lead",
        teams=("warehouse",),
        leads_line=2,
        languages=("lt", "en", "ru"),
        skills=("wms", "connect", "scanner"),
        substitute="artem",
    ),
    Operator(
        key="artem",
        name="Artem Belkov",
        email="artem.belkov@brastova.example",
        role="operator",
        teams=("warehouse",),
        leads_line=None,
        languages=("ru", "en"),
        skills=("wms", "connect"),
        substitute="jurgita",
    ),
    Operator(
        key="simonas",
        name="Simonas Grigalis",
        email="simonas.grigalis@brastova.example",
        role="line_lead",
        teams=("engineering",),
        leads_line=3,
        languages=("lt", "en", "ru"),
        skills=("pos", "kiosk", "wms", "connect"),
        substitute="daniel",
    ),
    Operator(
        key="daniel",
        name="Daniel Ashcombe",
        email="daniel.ashcombe@brastova.example",
        role="operator",
        teams=("engineering",),
        leads_line=None,
        languages=("en",),
        skills=("printer", "scanner", "coldwatch", "connect"),
        substitute="simonas",
    ),
    Operator(
        key="agnieszka",
        name="Agnieszka Krawiec",
        email="agnieszka.krawiec@brastova.example",
        role="operator",
        teams=("vendors",),
        leads_line=None,
        languages=("en", "ru"),
        skills=("cold", "printer", "scanner", "kiosk", "pos"),
        substitute=None,
    ),
)

STAFF = (
    StaffMember("vida", "Vida Norvilienė", "vida.norviliene@brastova.example", "manager", ("lt", "en", "ru")),
    StaffMember("robert", "Robert Halewood", "robert.halewood@brastova.example", "manager", ("en",)),
    StaffMember(
        key="giedrius",
        name="Giedrius Šalnius",
        email="giedrius.salnius@brastova.example",
        role="product_owner",
        languages=("lt", "en"),
        products=("pos", "kiosk", "printer", "scanner", "wms", "connect", "cold", "coldwatch"),
    ),
    StaffMember("neringa", "Neringa Buivydaitė", "neringa.buivydaite@brastova.example", "administrator", ("lt", "en")),
)

CATEGORIES = (
    Category("outage", Words("Nothing works", "Niekas neveikia", "Не работает совсем", "完全无法使用")),
    Category("malfunction", Words("Works wrongly", "Veikia netinkamai", "Работает неправильно", "功能异常")),
    Category("performance", Words("Slow", "Lėtai veikia", "Работает медленно", "运行缓慢")),
    Category("connectivity", Words("Network and connection", "Tinklas ir ryšys", "Сеть и связь", "网络与连接")),
    Category("printing", Words("Printing", "Spausdinimas", "Печать", "打印")),
    Category("temperature", Words("Temperature", "Temperatūra", "Температура", "温度")),
    Category("damage", Words("Damage and wear", "Gedimai ir nusidėvėjimas", "Поломка и износ", "损坏与磨损")),
    Category("data", Words("Wrong or missing data", "Duomenų klaidos", "Ошибки в данных", "数据错误")),
    Category("integration", Words("Exchange of data", "Duomenų mainai", "Обмен данными", "数据对接")),
    Category("access", Words("Access and permissions", "Prieiga ir teisės", "Доступ и права", "账号与权限")),
    Category("licence", Words("Licences", "Licencijos", "Лицензии", "许可证")),
    Category("configuration", Words("Settings", "Nustatymai", "Настройки", "设置")),
    Category("update", Words("Updates", "Atnaujinimai", "Обновления", "升级")),
    Category("how_to", Words("How to", "Kaip tai padaryti", "Как сделать", "操作咨询")),
    Category("training", Words("Training", "Mokymai", "Обучение", "培训")),
    Category("maintenance", Words("Maintenance", "Techninė priežiūra", "Обслуживание", "维护保养")),
    Category("parts", Words("Spare parts and consumables", "Dalys ir sąnaudos", "Запчасти и расходники", "配件与耗材")),
    Category("billing", Words("Invoices", "Sąskaitos", "Счета", "账单与发票")),
    Category("delivery", Words("Delivery", "Pristatymas", "Доставка", "交货")),
    Category("workmanship", Words("Quality of work", "Darbų kokybė", "Качество работ", "施工质量")),
    Category("quotation", Words("Quotation", "Komercinis pasiūlymas", "Коммерческое предложение", "报价")),
    Category("meeting", Words("Meeting or demonstration", "Susitikimas", "Встреча или показ", "会面与演示")),
)

_ALWAYS = ("how_to", "training", "billing", "delivery", "quotation", "meeting")
_SOFTWARE = ("outage", "malfunction", "performance", "data", "access", "licence", "configuration", "update", *_ALWAYS)
_EQUIPMENT = (
    "outage",
    "malfunction",
    "damage",
    "configuration",
    "update",
    "maintenance",
    "parts",
    "workmanship",
    *_ALWAYS,
)

PRODUCTS = (
    Product(
        key="pos",
        name="Tillora POS",
        kind="software",
        components=("Checkout", "Payments", "Fiscal printing", "Promotions", "Loyalty", "Shift close", "Back office"),
        versions=("6.3.4", "6.4.2", "6.5.0", "6.5.1"),
        categories=("printing", "connectivity", "integration", *_SOFTWARE),
    ),
    Product(
        key="kiosk",
        name="Tillora Kiosk",
        kind="equipment",
        components=("Kiosk app", "Touch screen", "Receipt printer", "Payment terminal"),
        versions=("4.0.3", "4.1.0", "4.1.2"),
        categories=("printing", "connectivity", *_EQUIPMENT),
    ),
    Product(
        key="printer",
        name="Lapris L300",
        kind="equipment",
        components=("Firmware", "Print head", "Label sensor", "Network card", "Driver", "Consumables"),
        versions=("3.08", "3.10", "3.11", "3.12"),
        categories=("printing", "connectivity", *_EQUIPMENT),
    ),
    Product(
        key="scanner",
        name="Skenva H2",
        kind="equipment",
        components=("Scan engine", "Wi-Fi", "Battery", "Cradle", "Skenva Agent"),
        versions=("2.6", "2.7", "2.8", "2.9"),
        categories=("connectivity", "data", *_EQUIPMENT),
    ),
    Product(
        key="wms",
        name="Lentra WMS",
        kind="software",
        components=("Receiving", "Picking", "Stocktake", "Label templates", "Reports", "Users"),
        versions=("12.2", "12.3", "12.4", "12.5"),
        categories=("printing", "integration", *_SOFTWARE),
    ),
    Product(
        key="connect",
        name="Jungta Connect",
        kind="software",
        components=("Accounting export", "E-shop import", "Price feed", "API", "Certificates"),
        versions=("5.1", "5.2", "5.3"),
        categories=("integration", "connectivity", *_SOFTWARE),
    ),
    Product(
        key="cold",
        name="Ledva C90",
        kind="equipment",
        components=("Compressor", "Controller", "Door and seal", "Temperature probe"),
        versions=("2.0", "2.1", "2.2"),
        categories=("temperature", *_EQUIPMENT),
    ),
    Product(
        key="coldwatch",
        name="Ledva Watch",
        kind="equipment",
        components=("Gateway", "Sensors", "Alerts", "Temperature log"),
        versions=("1.8", "1.9", "1.10"),
        categories=("temperature", "connectivity", "data", "access", *_EQUIPMENT),
    ),
)

# Read as a table, one organisation a row.
# fmt: off
ORGANISATIONS = (
    Organisation("girios", "UAB „Girios krepšelis“", "lt", "Europe/Vilnius", "girios.example", "organisation",
                 "Vilnius", "LT", "annual_service", 120),
    Organisation("marios", "UAB „Marių laimikis“", "lt", "Europe/Vilnius", "mariulaimikis.example", "organisation",
                 "Klaipėda", "LT", "annual_service", 60),
    Organisation("linutes", "MB „Linutės kepiniai“", "lt", "Europe/Vilnius", "linutes.example", "private", "Kaunas",
                 "LT", "monthly_service"),
    Organisation("nemuno", "UAB „Nemuno lentynos“", "lt", "Europe/Vilnius", "nemunolentynos.example", "unit", "Kaunas",
                 "LT", "annual_service", 80),
    Organisation("ramunes", "UAB „Ramunėlės vaistinės“", "lt", "Europe/Vilnius", "ramuneles.example", "organisation",
                 "Šiauliai", "LT", "monthly_service"),
    Organisation("statmena", "UAB „Statmenos prekyba“", "lt", "Europe/Vilnius", "statmena.example", "private",
                 "Panevėžys", "LT", "monthly_service"),
    Organisation("rytmecio", "MB „Rytmečio kavinės“", "lt", "Europe/Vilnius", "rytmecio.example", "private", "Vilnius",
                 "LT", "pay_as_you_go"),
    Organisation("ziedlapis", "UAB „Ankstyvas žiedlapis“", "lt", "Europe/Vilnius", "ziedlapis.example", "private",
                 "Alytus", "LT", "warranty_only"),
    Organisation("tormis", "Tormis Harbour Foods OÜ", "en", "Europe/Tallinn", "tormis.example", "circle", "Tallinn",
                 "EE", "annual_service", 100, circle="Cold chain"),
    Organisation("loodetuul", "Loodetuul Kaubandus OÜ", "en", "Europe/Tallinn", "loodetuul.example", "private", "Tartu",
                 "EE", "pay_as_you_go"),
    Organisation("brzask", "Brzask Magazyny Sp. z o.o.", "en", "Europe/Warsaw", "brzask.example", "organisation",
                 "Gdańsk", "PL", "annual_service", 90),
    Organisation("lipowa", "Apteki Pod Lipami Sp. z o.o.", "en", "Europe/Warsaw", "podlipami.example", "unit",
                 "Białystok", "PL", "monthly_service"),
    Organisation("kornfeldt", "Kornfeldt & Töchter GmbH", "en", "Europe/Berlin", "kornfeldt.example", "organisation",
                 "Hamburg", "DE", "annual_service", 60),
    Organisation("uferladen", "Uferladen Märkte GmbH", "en", "Europe/Berlin", "uferladen.example", "organisation",
                 "Berlin", "DE", "monthly_service"),
    Organisation("amberlane", "Amberlane Trading SIA", "en", "Europe/Riga", "amberlane.example", "private", "Riga",
                 "LV", "monthly_service"),
    Organisation("altyn", "ТОО «Алтын Себет»", "ru", "Asia/Almaty", "altynsebet.example", "organisation", "Алматы",
                 "KZ", "annual_service", 100),
    Organisation("stepnoy", "ТОО «Степной стеллаж»", "ru", "Asia/Almaty", "stepnoy.example", "organisation", "Астана",
                 "KZ", "annual_service", 70),
    Organisation("saryarka", "ТОО «Аптеки Жусан»", "ru", "Asia/Almaty", "zhusan.example", "private", "Караганда", "KZ",
                 "monthly_service"),
    Organisation("dinavia", "SIA „Dinavijas tirgus“", "ru", "Europe/Riga", "dinavija.example", "private", "Даугавпилс",
                 "LV", "pay_as_you_go"),
    Organisation("pietauva", "SIA „Pietauvas zivis“", "ru", "Europe/Riga", "pietauva.example", "private", "Рига", "LV",
                 "warranty_only"),
    Organisation("minghe", "上海明禾鲜食有限公司", "zh-Hans", "Asia/Shanghai", "minghe.example", "organisation", "上海",
                 "CN", "annual_service", 80),
    Organisation("pufan", "上海浦帆仓配有限公司", "zh-Hans", "Asia/Shanghai", "pufan.example", "organisation", "上海",
                 "CN", "annual_service", 60),
    Organisation("qinglan", "上海晴岚便利连锁有限公司", "zh-Hans", "Asia/Shanghai", "qinglan.example", "organisation",
                 "上海", "CN", "monthly_service"),
    Organisation("yunzhi", "上海云栀生物技术有限公司", "zh-Hans", "Asia/Shanghai", "yunzhi.example", "private", "上海",
                 "CN", "warranty_only"),
)
# fmt: on

_ORGANISATION = {organisation.key: organisation for organisation in ORGANISATIONS}


@dataclass(frozen=True, slots=True)
class _Person:
    """What tells the contacts of one organisation apart."""

    key: str
    name: str
    phone: str
    unit: str
    roles: tuple[BuyingRole, ...]
    it_readiness: ItReadiness
    preferred_channel: Channel
    is_supervisor: bool = False
    has_account: bool = True
    in_circle: bool = False


def _contacts(organisation: str, *people: _Person) -> tuple[Contact, ...]:
    """Contacts who write from `key@` the organisation's mail domain and in its language."""
    at = _ORGANISATION[organisation]
    return tuple(
        Contact(
            key=person.key,
            name=person.name,
            email=f"{person.key}@{at.mail_domain}",
            phone=person.phone,
            organisation=organisation,
            unit=person.unit,
            roles=person.roles,
            it_readiness=person.it_readiness,
            language=at.language,
            is_supervisor=person.is_supervisor,
            preferred_channel=person.preferred_channel,
            has_account=person.has_account,
            in_circle=person.in_circle,
        )
        for person in people
    )


# Read as a table, one person a row.
# fmt: off
CONTACTS = (
    *_contacts(
        "girios",
        _Person("ruta", "Rūta Jankutė", "+370 600 00 101", "Žirmūnų parduotuvė", ("user", "initiator"), "basic",
                "portal"),
        _Person("vytautas", "Vytautas Kairelis", "+370 600 00 102", "IT skyrius", ("influencer", "gatekeeper"),
                "expert", "email", is_supervisor=True),
        _Person("loreta", "Loreta Bagdienė", "+370 600 00 103", "Buhalterija", ("controller",), "basic", "email"),
        _Person("simona", "Simona Grigūnaitė", "+370 600 00 104", "Antakalnio parduotuvė", ("user",), "novice", "phone",
                has_account=False),
    ),
    *_contacts(
        "marios",
        _Person("algirdas", "Algirdas Stonkelis", "+370 600 00 111", "Gamyba", ("user", "initiator"), "basic", "phone"),
        _Person("daiva", "Daiva Lukošiūnė", "+370 600 00 112", "Kokybės skyrius", ("controller", "influencer"), "basic",
                "email", is_supervisor=True),
        _Person("nerijus", "Nerijus Budrelis", "+370 600 00 113", "Pirkimai", ("buyer",), "basic", "email"),
    ),
    *_contacts(
        "linutes",
        _Person("lina", "Lina Vaitkūnienė", "+370 600 00 121", "Vadovybė", ("decider", "buyer", "user"), "basic",
                "messenger", is_supervisor=True),
        _Person("gabija", "Gabija Šukelytė", "+370 600 00 122", "Kepyklėlė Laisvės alėjoje", ("user",), "novice",
                "phone", has_account=False),
    ),
    *_contacts(
        "nemuno",
        _Person("karolis", "Karolis Dambrava", "+370 600 00 131", "Sandėlio pamaina", ("user", "initiator"), "basic",
                "portal"),
        _Person("jolanta", "Jolanta Mickūnė", "+370 600 00 132", "IT", ("gatekeeper", "influencer"), "expert", "portal",
                is_supervisor=True),
        _Person("ramunas", "Ramūnas Žilaitis", "+370 600 00 133", "Ekspedicija", ("user",), "basic", "walk_in"),
        _Person("edita", "Edita Kubilytė", "+370 600 00 134", "Buhalterija", ("controller",), "basic", "email"),
    ),
    *_contacts(
        "ramunes",
        _Person("asta", "Asta Gudelienė", "+370 600 00 141", "Tilžės gatvės vaistinė", ("user",), "novice", "phone",
                has_account=False),
        _Person("paulius", "Paulius Navakas", "+370 600 00 142", "IT", ("influencer", "initiator"), "expert", "portal",
                is_supervisor=True),
        _Person("ingrida", "Ingrida Tamulė", "+370 600 00 143", "Kokybės vadyba", ("controller",), "basic", "email"),
    ),
    *_contacts(
        "statmena",
        _Person("arunas", "Arūnas Steponėnas", "+370 600 00 151", "Sandėlis", ("user", "initiator"), "basic", "email"),
        _Person("viktorija", "Viktorija Samulytė", "+370 600 00 152", "Buhalterija", ("controller", "user"), "basic",
                "email"),
        _Person("zilvinas", "Žilvinas Paukštelis", "+370 600 00 153", "Vadovybė", ("decider", "buyer"), "novice",
                "phone", is_supervisor=True),
    ),
    *_contacts(
        "rytmecio",
        _Person("ugne", "Ugnė Baltrėnaitė", "+370 600 00 161", "Vadovybė", ("decider", "buyer", "initiator"), "basic",
                "email", is_supervisor=True),
        _Person("matas", "Matas Gerulaitis", "+370 600 00 162", "Kavinė Užupyje", ("user",), "novice", "messenger",
                has_account=False),
    ),
    *_contacts(
        "ziedlapis",
        _Person("regina", "Regina Dumblienė", "+370 600 00 171", "Sandėlis", ("user",), "novice", "phone",
                has_account=False),
        _Person("tadas", "Tadas Karaliūnas", "+370 600 00 172", "Vadovybė", ("decider", "buyer", "initiator"), "basic",
                "email", is_supervisor=True),
    ),
    *_contacts(
        "tormis",
        _Person("kertu", "Kertu Vaherand", "+372 5000 0101", "Warehouse", ("user", "initiator"), "basic", "portal",
                in_circle=True),
        _Person("rein", "Rein Ojasaare", "+372 5000 0102", "IT", ("influencer", "gatekeeper"), "expert", "email",
                is_supervisor=True, in_circle=True),
        _Person("liina", "Liina Pajumets", "+372 5000 0103", "Purchasing", ("buyer",), "basic", "email"),
    ),
    *_contacts(
        "loodetuul",
        _Person("siim", "Siim Rebasekivi", "+372 5000 0111", "Shop on Riia street", ("user", "initiator"), "novice",
                "phone", has_account=False),
        _Person("helve", "Helve Kaskmaa", "+372 5000 0112", "Accounts", ("controller",), "basic", "email"),
        _Person("marten", "Marten Lillepuu", "+372 5000 0113", "Management", ("decider", "buyer"), "basic", "email",
                is_supervisor=True),
    ),
    *_contacts(
        "brzask",
        _Person("bartosz", "Bartosz Wilczak", "+48 500 000 101", "IT", ("gatekeeper", "influencer"), "expert", "portal",
                is_supervisor=True),
        _Person("zofia", "Zofia Karczmarz", "+48 500 000 102", "Planning", ("user",), "basic", "email"),
        _Person("ryszard", "Ryszard Dominiec", "+48 500 000 103", "Operations", ("decider",), "basic", "phone"),
    ),
    *_contacts(
        "lipowa",
        _Person("ewa", "Ewa Sroczka", "+48 500 000 111", "Pharmacy No. 2", ("user",), "novice", "email"),
        _Person("tomasz", "Tomasz Gilewicz", "+48 500 000 112", "IT", ("initiator", "influencer"), "expert", "portal",
                is_supervisor=True),
        _Person("halina", "Halina Bobrek", "+48 500 000 113", "Quality", ("controller",), "basic", "email"),
    ),
    *_contacts(
        "kornfeldt",
        _Person("jens", "Jens Harmshof", "+49 40 66969 101", "IT", ("influencer", "gatekeeper"), "expert", "api",
                is_supervisor=True),
        _Person("ulrike", "Ulrike Vossbach", "+49 40 66969 102", "Dispatch", ("user", "initiator"), "basic", "portal"),
        _Person("dieter", "Dieter Kornfeldt", "+49 40 66969 103", "Management", ("decider", "buyer"), "novice",
                "email"),
    ),
    *_contacts(
        "uferladen",
        _Person("nadja", "Nadja Brandlhof", "+49 30 23125 101", "Store operations", ("initiator", "influencer", "user"),
                "basic", "portal", is_supervisor=True),
        _Person("felix", "Felix Ostermoor", "+49 30 23125 102", "Store Kanalstrasse", ("user",), "novice", "phone",
                has_account=False),
        _Person("sabine", "Sabine Luftmann", "+49 30 23125 103", "Accounts", ("controller",), "basic", "email"),
    ),
    *_contacts(
        "amberlane",
        _Person("oskars", "Oskars Liepkalns", "+371 2000 0101", "Sales", ("user", "initiator"), "basic", "email"),
        _Person("inga", "Inga Zvirbulīte", "+371 2000 0102", "Accounts", ("controller", "user"), "basic", "email"),
        _Person("david", "David Merrowby", "+371 2000 0103", "Management", ("decider", "buyer"), "basic", "phone",
                is_supervisor=True),
    ),
    *_contacts(
        "altyn",
        _Person("aigul", "Айгуль Сериккызы", "+7 700 000 01 01", "Магазин на Абая", ("user", "initiator"), "basic",
                "phone"),
        _Person("daniyar", "Данияр Омарбеков", "+7 700 000 01 02", "Отдел ИТ", ("influencer", "gatekeeper"), "expert",
                "portal", is_supervisor=True),
        _Person("natalya", "Наталья Бойчук", "+7 700 000 01 03", "Бухгалтерия", ("controller", "user"), "basic",
                "email"),
    ),
    *_contacts(
        "stepnoy",
        _Person("yerlan", "Ерлан Касымтай", "+7 700 000 01 11", "Смена склада", ("user", "initiator"), "basic",
                "messenger"),
        _Person("viktor", "Виктор Плотницын", "+7 700 000 01 12", "Отдел ИТ", ("influencer", "gatekeeper"), "expert",
                "email", is_supervisor=True),
        _Person("saltanat", "Салтанат Нурланкызы", "+7 700 000 01 13", "Закупки", ("buyer", "user"), "basic", "email"),
    ),
    *_contacts(
        "saryarka",
        _Person("marina", "Марина Линькова", "+7 700 000 01 21", "Аптека № 4", ("user",), "novice", "phone",
                has_account=False),
        _Person("ruslan", "Руслан Абенгали", "+7 700 000 01 22", "Хозяйственная служба", ("user", "initiator"), "basic",
                "email"),
        _Person("gulmira", "Гульмира Тасбулат", "+7 700 000 01 23", "Отдел качества", ("controller", "decider"),
                "basic", "email", is_supervisor=True),
    ),
    *_contacts(
        "dinavia",
        _Person("sergey", "Сергей Лапшинов", "+371 2000 0111", "Руководство", ("decider", "buyer"), "basic",
                "messenger", is_supervisor=True),
        _Person("olga", "Ольга Вишняк", "+371 2000 0112", "Торговый зал", ("user",), "novice", "phone",
                has_account=False),
    ),
    *_contacts(
        "pietauva",
        _Person("alexander", "Александр Гусевич", "+371 2000 0121", "Цех", ("user", "initiator"), "basic", "phone"),
        _Person("elena", "Елена Морозко", "+371 2000 0122", "Офис", ("user", "gatekeeper"), "novice", "email"),
        _Person("janis", "Янис Озерниек", "+371 2000 0123", "Руководство", ("decider", "buyer"), "basic", "email",
                is_supervisor=True),
    ),
    *_contacts(
        "minghe",
        _Person("wangyaqin", "王雅沁", "+86 130 0000 0101", "徐汇门店", ("user", "initiator"), "novice", "phone",
                has_account=False),
        _Person("chenlifeng", "陈立沣", "+86 130 0000 0102", "信息部", ("influencer", "gatekeeper"), "expert", "portal",
                is_supervisor=True),
        _Person("zhaominyi", "赵敏怡", "+86 130 0000 0103", "财务部", ("controller",), "basic", "email"),
    ),
    *_contacts(
        "pufan",
        _Person("zhouxiaodong", "周晓栋", "+86 130 0000 0111", "仓储一班", ("user", "initiator"), "basic", "messenger"),
        _Person("sunyiran", "孙怡然", "+86 130 0000 0112", "信息部", ("influencer", "gatekeeper"), "expert", "email",
                is_supervisor=True),
        _Person("wujianping", "吴建枰", "+86 130 0000 0113", "采购部", ("buyer", "decider"), "basic", "email"),
    ),
    *_contacts(
        "qinglan",
        _Person("linjiahui", "林嘉蕙", "+86 130 0000 0121", "运营部", ("influencer", "initiator"), "basic", "portal",
                is_supervisor=True),
        _Person("hejunhao", "何俊皓", "+86 130 0000 0122", "静安门店", ("user",), "novice", "phone", has_account=False),
        _Person("zhengkaiwen", "郑凯文", "+86 130 0000 0123", "总经办", ("decider", "buyer"), "basic", "email"),
    ),
    *_contacts(
        "yunzhi",
        _Person("xuwenbo", "许文柏", "+86 130 0000 0131", "样本库", ("user", "initiator"), "basic", "portal"),
        _Person("gaoliping", "高丽苹", "+86 130 0000 0132", "质量部", ("controller", "influencer"), "basic", "email",
                is_supervisor=True),
        _Person("majunyi", "马骏逸", "+86 130 0000 0133", "采购部", ("buyer",), "basic", "email"),
    ),
)
# fmt: on


def _software(organisation: str, product: str, version: str, serial: str, location: str, months_ago: int) -> Installed:
    """A licence: no warranty beyond the service plan, free upgrades for the first year, users trained."""
    return Installed(organisation, product, version, serial, location, months_ago, 0, 12, True)


def _equipment(
    organisation: str,
    product: str,
    version: str,
    serial: str,
    location: str,
    months_ago: int,
    *,
    warranty_months: int = 24,
    is_trained: bool = True,
) -> Installed:
    """A device under the two years of warranty that the company gives on what it delivers, unless agreed otherwise."""
    return Installed(organisation, product, version, serial, location, months_ago, warranty_months, 12, is_trained)


INSTALLED = (
    _software("girios", "pos", "6.5.0", "TP-10214", "14 parduotuvių, 52 kasos", 38),
    _equipment("girios", "printer", "3.11", "L3-04417", "Žirmūnų parduotuvė, sandėliukas", 14),
    _equipment("girios", "kiosk", "4.1.0", "TK-0912", "Žirmūnų parduotuvė, įėjimas", 9),
    _equipment("girios", "cold", "2.1", "C9-1183", "Antakalnio parduotuvė, pieno skyrius", 22),
    _equipment("marios", "cold", "2.0", "C9-1190", "Išpjovos cechas, 1 kamera", 31),
    _equipment("marios", "coldwatch", "1.9", "LW-3391", "Išpjovos cechas, 8 davikliai", 16),
    _equipment("marios", "printer", "3.10", "L3-04460", "Fasavimo linija", 27),
    _software("linutes", "pos", "6.4.2", "TP-10233", "Laisvės alėja, 2 kasos", 20),
    _equipment("linutes", "cold", "2.1", "C9-1204", "Konditerijos vitrina", 20),
    _software("nemuno", "wms", "12.4", "WL-2208", "Centrinis sandėlis", 44),
    _equipment("nemuno", "scanner", "2.8", "H2-77120", "Centrinis sandėlis, A zona", 13),
    _equipment("nemuno", "scanner", "2.8", "H2-77134", "Ekspedicija, 3 vartai", 13),
    _equipment("nemuno", "printer", "3.11", "L3-04502", "Ekspedicija", 25),
    _software("nemuno", "connect", "5.2", "JC-1055", "Serverinė", 36),
    _software("ramunes", "pos", "6.5.0", "TP-10240", "9 vaistinės, 21 kasa", 29),
    _equipment("ramunes", "cold", "2.2", "C9-1215", "Tilžės gatvės vaistinė", 7),
    _equipment("ramunes", "coldwatch", "1.8", "LW-3402", "9 vaistinės, 18 daviklių", 7),
    _software("statmena", "pos", "6.4.2", "TP-10251", "Prekybos salė, 6 kasos", 33),
    _software("statmena", "wms", "12.3", "WL-2215", "Lauko sandėlis ir angaras", 33),
    _software("statmena", "connect", "5.2", "JC-1060", "Biuras", 18),
    _software("rytmecio", "pos", "6.5.0", "TP-10262", "3 kavinės, 4 kasos", 11),
    _equipment("rytmecio", "kiosk", "4.1.2", "TK-0920", "Kavinė Užupyje", 5),
    _equipment("ziedlapis", "cold", "2.1", "C9-1222", "Skintų gėlių kamera", 15),
    _equipment("ziedlapis", "coldwatch", "1.9", "LW-3410", "2 kameros, 4 davikliai", 4, is_trained=False),
    _software("tormis", "wms", "12.4", "WL-2230", "Harbour warehouse", 26),
    _equipment("tormis", "scanner", "2.8", "H2-77201", "Harbour warehouse, cold hall", 10),
    _equipment("tormis", "cold", "2.1", "C9-1240", "Cold hall 2", 23),
    _equipment("tormis", "coldwatch", "1.9", "LW-3421", "Cold halls 1–3, 14 sensors", 12),
    _software("loodetuul", "pos", "6.4.2", "TP-10280", "Riia street, 3 tills", 17),
    _equipment("loodetuul", "printer", "3.11", "L3-04551", "Riia street, back room", 6),
    _software("brzask", "wms", "12.4", "WL-2241", "Halls A–C", 40),
    _equipment("brzask", "scanner", "2.7", "H2-77230", "Hall B", 21),
    _equipment("brzask", "printer", "3.11", "L3-04570", "Hall B, packing table 4", 21),
    _software("brzask", "connect", "5.2", "JC-1072", "Server room", 40),
    _software("lipowa", "pos", "6.4.2", "TP-10291", "5 pharmacies, 11 tills", 24),
    _equipment("lipowa", "coldwatch", "1.9", "LW-3430", "5 pharmacies, 10 sensors", 8),
    _software("kornfeldt", "wms", "12.5", "WL-2252", "Hamburg site", 19),
    _software("kornfeldt", "connect", "5.3", "JC-1080", "Hamburg data centre", 19),
    _equipment("kornfeldt", "printer", "3.11", "L3-04588", "Dispatch", 19),
    _software("uferladen", "pos", "6.5.0", "TP-10302", "11 stores, 34 tills", 28),
    _equipment("uferladen", "kiosk", "4.1.0", "TK-0940", "Store Kanalstrasse", 3, is_trained=False),
    _equipment("uferladen", "scanner", "2.8", "H2-77255", "Store Kanalstrasse, stock room", 9),
    _software("amberlane", "pos", "6.5.0", "TP-10311", "2 shops, 5 tills", 15),
    _software("amberlane", "connect", "5.3", "JC-1088", "Office", 15),
    _software("altyn", "pos", "6.5.0", "TP-20014", "7 магазинов, 26 касс", 30),
    _equipment("altyn", "printer", "3.11", "L3-05102", "Магазин на Абая, склад", 12),
    _software("stepnoy", "wms", "12.4", "WL-2304", "Склад А", 22),
    _equipment("stepnoy", "scanner", "2.8", "H2-78010", "Склад А, зона отбора", 11),
    _software("stepnoy", "connect", "5.2", "JC-1101", "Серверная", 22),
    _software("saryarka", "pos", "6.4.2", "TP-20027", "6 аптек, 12 касс", 14),
    _equipment("saryarka", "coldwatch", "1.9", "LW-3501", "6 аптек, 12 датчиков", 14),
    _software("dinavia", "pos", "6.4.2", "TP-20033", "Торговый зал, 4 кассы", 25),
    _equipment("dinavia", "kiosk", "4.1.0", "TK-0951", "Торговый зал, вход", 8),
    _equipment("pietauva", "cold", "2.0", "C9-1320", "Цех, камера 1", 18),
    _equipment("pietauva", "coldwatch", "1.8", "LW-3512", "Цех, 2 камеры, 6 датчиков", 18),
    _equipment("pietauva", "printer", "3.11", "L3-05133", "Упаковка", 18),
    _software("minghe", "pos", "6.4.2", "TP-30009", "6 家门店，18 台收银机", 21),
    _equipment("minghe", "printer", "3.11", "L3-06001", "中央厨房，贴标台", 10),
    _software("pufan", "wms", "12.4", "WL-2401", "外高桥仓", 17),
    _equipment("pufan", "scanner", "2.8", "H2-79004", "外高桥仓，拣货区", 8),
    _equipment("pufan", "printer", "3.11", "L3-06014", "外高桥仓，发货口", 17),
    _software("pufan", "connect", "5.3", "JC-1120", "机房", 17),
    _software("qinglan", "pos", "6.5.0", "TP-30015", "23 家门店，46 台收银机", 13),
    _equipment("qinglan", "kiosk", "4.1.2", "TK-0960", "静安门店", 6),
    _equipment("yunzhi", "cold", "2.2", "C9-1410", "样本库，2 号低温柜", 8),
    _equipment("yunzhi", "coldwatch", "1.9", "LW-3601", "样本库，6 个探头", 8),
)

# Read as a table, one title a row.
# fmt: off
ARTICLES = (
    Article("printer-blank-labels", "printer", Words(
        "The printer feeds empty labels", "Spausdintuvas praleidžia tuščias etiketes",
        "Принтер выдаёт пустые этикетки", "打印机出空白标签",
    )),
    Article("printer-calibrate-sensor", "printer", Words(
        "Calibrating the label sensor", "Etiketės jutiklio kalibravimas",
        "Калибровка датчика этикетки", "校准标签传感器",
    )),
    Article("pos-shift-close", "pos", Words(
        "The shift cannot be closed", "Nepavyksta uždaryti pamainos", "Смена не закрывается", "无法日结",
    )),
    Article("pos-returns", "pos", Words(
        "Voiding a receipt and returning goods", "Kvito anuliavimas ir prekių grąžinimas",
        "Отмена чека и возврат товара", "作废小票与退货",
    )),
    Article("pos-fiscal-errors", "pos", Words(
        "Error codes of fiscal printers", "Fiskalinių spausdintuvų klaidų kodai",
        "Коды ошибок фискальных принтеров", "税控打印机错误代码",
    )),
    Article("pos-promotions", "pos", Words(
        "How promotions are combined", "Kaip derinamos akcijos", "Как складываются акции", "促销如何叠加",
    )),
    Article("pos-loyalty-cards", "pos", Words(
        "Loyalty cards at the till", "Lojalumo kortelės kasoje", "Карты лояльности на кассе", "收银台使用会员卡",
    )),
    Article("kiosk-payment", "kiosk", Words(
        "Payment at the kiosk fails", "Kioske nepavyksta atsiskaityti",
        "Оплата на киоске не проходит", "自助机支付失败",
    )),
    Article("kiosk-touch-calibration", "kiosk", Words(
        "Calibrating the touch screen", "Jutiklinio ekrano kalibravimas", "Калибровка сенсорного экрана", "校准触摸屏",
    )),
    Article("scanner-wifi", "scanner", Words(
        "Wi-Fi for handheld scanners", "Rankinių skaitytuvų Wi-Fi ryšys",
        "Wi-Fi для ручных сканеров", "手持扫描枪的无线网络",
    )),
    Article("scanner-gs1", "scanner", Words(
        "Reading GS1 codes with batch and date", "GS1 kodai su partija ir data",
        "Чтение кодов GS1 с партией и датой", "读取含批号和日期的 GS1 码",
    )),
    Article("wms-stocktake", "wms", Words(
        "Running a stocktake", "Kaip atlikti inventorizaciją", "Как провести инвентаризацию", "盘点操作指南",
    )),
    Article("wms-performance", "wms", Words(
        "When the warehouse screens are slow", "Kai sandėlio langai veikia lėtai",
        "Если складские экраны тормозят", "仓库界面变慢时",
    )),
    Article("connect-certificates", "connect", Words(
        "Renewing certificates", "Sertifikatų atnaujinimas", "Обновление сертификатов", "更新证书",
    )),
    Article("connect-import-errors", "connect", Words(
        "Reading the import log", "Importo žurnalo klaidos", "Как читать журнал импорта", "查看导入日志",
    )),
    Article("cold-high-temperature", "cold", Words(
        "The temperature rises", "Kyla temperatūra", "Растёт температура", "柜内温度升高",
    )),
    Article("coldwatch-offline", "coldwatch", Words(
        "The gateway is reported offline", "Pranešama, kad nėra ryšio su šliuzu",
        "Шлюз отображается не в сети", "网关显示离线",
    )),
)
# fmt: on
