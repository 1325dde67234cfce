"""What mail programs write into replies and forwards, language by language.

These are the forms of Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, Zoho, Proton, K-9, mail.ru, Yandex, NetEase and
QQ as their users receive them. A row is a language, a cell its phrases in lower case, separated by "|". A new language
is a new row in each table; the order of the rows has no meaning.
"""

from __future__ import annotations

# The verb of "On …, … wrote:"; written at the end, or before the date or the writer.
WROTE = {
    "en": "wrote|writes",
    "lt": "rašė|parašė|rašo",
    "ru": "написал|написала|написал(а)|написал/а|пишет|писал|писала|писал(а)",
    "de": "schrieb|schreibt|geschrieben",
    "fr": "écrit|ecrit",
    "es": "escribió|escribio|escrito",
    "it": "scritto|scrive|scrisse",
    "pl": "napisał|napisała|napisał(a)|napisał/a|pisze",
    "nl": "schreef|schrijft",
    "pt": "escreveu|escreve",
    "cs": "napsal|napsala|napsal(a)|napsal/a|píše",
    "sk": "napísal|napísala|napísal(a)|napísal/a",
    "sv": "skrev|skriver",
    "da": "skrev|skrev følgende",
    "fi": "kirjoitti|kirjoittaa",
    "et": "kirjutas",
    "lv": "rakstīja",
    "uk": "написав|написала|написав(ла)|пише",
    "be": "напісаў|напісала",
    "bg": "написа",
    "hr": "napisao|napisala|napisao/la|napisao je|napisala je",
    "sl": "napisal|napisal/a",
    "sr": "написао|написала|написао/ла",
    "ro": "a scris",
    "hu": "írta|ezt írta",
    "tr": "yazdı",
    "el": "έγραψε",
    "ca": "va escriure|ha escrit",
    "vi": "đã viết",
    "id": "menulis",
    "he": "כתב|כתבה|כתב/ה",
    "ar": "كتب|كتبت",
    "fa": "نوشت",
}
# The same where words are not set apart by blanks.
WROTE_UNSPACED = {
    "zh": "写道|寫道|写了|来信|來信",
    "ja": "のメール|は書きました",
    "ko": "님이 작성|작성",
}
# The verbs that may have the writer behind them: "Am 5. März schrieb Max Muster:".
WROTE_BEFORE_WRITER = "schrieb|schreef|skrev"

# The heading of a whole letter, between dashes.
ORIGINAL = {
    "en": "original message|original appointment|original email|original|forwarded message|forwarded email|"
    "reply message",
    "lt": "originalus laiškas|originali žinutė|originalus pranešimas|pradinis laiškas|pradinis pranešimas|"
    "pirminis laiškas|pirminis pranešimas|persiųstas laiškas|persiųsta žinutė|persiųstas pranešimas|"
    "persiunčiamas laiškas",
    "ru": "исходное сообщение|исходное письмо|оригинальное сообщение|пересылаемое сообщение|пересланное сообщение|"
    "пересылаемое письмо|конец пересылаемого сообщения",
    "zh": "原始邮件|原始郵件|邮件原件|原邮件|原郵件|原始信息|转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|转发邮件信息|"
    "回复的原邮件|转发的消息|轉寄訊息",
    "de": "ursprüngliche nachricht|originalnachricht|original-nachricht|original nachricht|weitergeleitete nachricht|"
    "ursprünglicher termin",
    "fr": "message d'origine|message d’origine|message original|message initial|message transféré|message transmis",
    "es": "mensaje original|mensaje reenviado",
    "it": "messaggio originale|messaggio inoltrato",
    "pl": "wiadomość oryginalna|oryginalna wiadomość|treść oryginalnej wiadomości|przekazana wiadomość|"
    "wiadomość przekazana dalej",
    "nl": "oorspronkelijk bericht|origineel bericht|originele bericht|doorgestuurd bericht",
    "pt": "mensagem original|mensagem encaminhada|mensagem reencaminhada",
    "cs": "původní zpráva|původní e-mail|přeposlaná zpráva",
    "sk": "pôvodná správa|preposlaná správa",
    "sv": "ursprungligt meddelande|originalmeddelande|vidarebefordrat meddelande|vidarebefordrat brev",
    "no": "opprinnelig melding|original melding|videresendt melding",
    "da": "oprindelig meddelelse|original meddelelse|videresendt meddelelse|videresendt besked",
    "fi": "alkuperäinen viesti|välitetty viesti|edelleenlähetetty viesti",
    "et": "algne kiri|algne sõnum|algsõnum|edastatud kiri|edastatud sõnum",
    "lv": "oriģinālā ziņa|sākotnējais ziņojums|pārsūtītā ziņa|pārsūtīta ziņa",
    "uk": "оригінальне повідомлення|вихідне повідомлення|переслане повідомлення",
    "be": "зыходны ліст|пераслане паведамленне",
    "bg": "оригинално съобщение|оригинално писмо|препратено съобщение",
    "hr": "izvorna poruka|originalna poruka|proslijeđena poruka",
    "sl": "izvirno sporočilo|posredovano sporočilo",
    "sr": "изворна порука|оригинална порука",
    "ro": "mesaj original|mesajul original|mesaj redirecționat",
    "hu": "eredeti üzenet|továbbított üzenet",
    "tr": "orijinal mesaj|özgün ileti|asıl ileti|iletilen mesaj",
    "el": "αρχικό μήνυμα|προωθημένο μήνυμα",
    "ca": "missatge original|missatge reenviat",
    "ja": "元のメッセージ|元メール|転送メッセージ|転送されたメッセージ",
    "ko": "원본 메시지|원본메시지|전달된 메시지",
    "vi": "thư gốc|tin nhắn gốc",
    "id": "pesan asli|pesan terusan",
    "he": "הודעה מקורית|הודעה שהועברה",
    "ar": "الرسالة الأصلية",
}
# The same in programs that set no dashes around it.
ORIGINAL_WITHOUT_DASHES = {
    "en": "begin forwarded message",
    "ru": "начало переадресованного сообщения|начало переадресуемого сообщения",
    "zh": "开始转发邮件|開始轉寄郵件",
    "de": "anfang der weitergeleiteten nachricht",
    "fr": "début du message transféré|début du message réexpédié",
    "es": "inicio del mensaje reenviado",
    "it": "inizio messaggio inoltrato",
    "pl": "początek przekazywanej wiadomości",
    "nl": "begin doorgestuurd bericht",
    "pt": "início da mensagem encaminhada|início da mensagem reencaminhada",
    "cs": "začátek přeposílané zprávy",
    "sv": "vidarebefordrat brev",
    "da": "start på videresendt besked|starten på videresendt meddelelse",
    "no": "starten på videresendt melding",
    "fi": "välitetty viesti alkaa",
}

# Notes: "----- Forwarded by Ona/Desk on 05.03.2024 -----".
FORWARDED_BY = (
    "forwarded by ",
    "weitergeleitet von ",
    "transféré par ",
    "reenviado por ",
    "inoltrato da ",
    "переслал ",
)

# The fields above a quoted letter: from; date; to; copy; subject; others.
FIELDS = {
    "en": "from; date|sent|sent on|received; to; cc|bcc; subject; reply-to|importance|priority|attachments",
    "lt": "nuo|siuntėjas; data|išsiųsta|siųsta|laikas; kam|gavėjas|gavėjai|adresatas; kopija; tema; svarba|priedai",
    "ru": "от|от кого|отправитель; дата|отправлено|дата отправки; кому|получатель; копия; тема; важность|вложения",
    "zh": "发件人|發件人|寄件者|寄件人; 发送时间|发送日期|发送于|日期|时间|發送時間|傳送時間|寄件日期; "
    "收件人|收件者; 抄送|副本; 主题|主題|标题|主旨; 回复|重要性|附件",
    "de": "von|absender; datum|gesendet|gesendet am; an|empfänger; kopie; betreff; antwort an|wichtigkeit|anlagen",
    "fr": "de|expéditeur; date|envoyé|envoyé le|date d'envoi; à|a|destinataire; copie; objet|sujet; répondre à|"
    "pièces jointes",
    "es": "de|remitente; fecha|enviado|enviado el|fecha de envío; para|destinatario; copia; asunto; responder a|"
    "importancia",
    "it": "da|mittente; data|inviato|data invio; a|per|destinatario; copia; oggetto; risposta|rispondi a|priorità|"
    "allegati",
    "pl": "od|nadawca; data|wysłano|wysłane|data wysłania; do|odbiorca|adresat; dw|do wiadomości; temat; odpowiedz|"
    "ważność",
    "nl": "van|afzender; datum|verzonden|verzonden op; aan|ontvanger; kopie; onderwerp; beantwoorden|urgentie|bijlagen",
    "pt": "de|remetente; data|enviado|enviado em|enviada|enviada em; para|destinatário; cópia; assunto;"
    " responder para|anexos",
    "cs": "od|odesílatel; datum|odesláno; komu|příjemce; kopie; předmět|věc; odpovědět|důležitost|přílohy",
    "sk": "od|odosielateľ; dátum|odoslané; komu|príjemca; kópia; predmet|vec; dôležitosť|prílohy",
    "sv": "från|avsändare; datum|skickat|skickades; till|mottagare; kopia; ämne|rubrik; svara till|prioritet|bilagor",
    "no": "fra|avsender; dato|sendt; til|mottaker; kopi; emne; viktighet|vedlegg",
    "da": "fra|afsender; dato|sendt; til|modtager; kopi; emne; prioritet|vedhæftede filer",
    "fi": "lähettäjä; päiväys|päivämäärä|pvm|lähetetty; vastaanottaja; kopio; aihe|otsikko; vastaa|tärkeys|liitteet",
    "et": "saatja|kellelt; kuupäev|saadetud; saaja|kellele|adressaat; koopia; teema|pealkiri; manused",
    "lv": "no|nosūtītājs; datums|nosūtīts; kam|saņēmējs; kopija; tēma|temats; pielikumi",
    "uk": "від|від кого|відправник; дата|надіслано|відправлено; кому|одержувач; копія; тема; важливість",
    "be": "ад; дата; каму; копія; тэма; важнасць",
    "bg": "от|подател; дата|изпратено; до|получател; копие; относно|тема; важност",
    "hr": "od|šalje; datum|poslano; prima|za; kopija; predmet|naslov; važnost",
    "sl": "od|pošiljatelj; datum|poslano; za|prejemnik; kp; zadeva; pomembnost",
    "sr": "од|пошиљалац; датум|послато; за|прималац; копија; наслов|тема; важност",
    "ro": "de la|expeditor; data|dată|trimis; către|destinatar; copie; subiect; importanță",
    "hu": "feladó; dátum|elküldve|küldve; címzett; másolatot kap; tárgy; fontosság|mellékletek",
    "tr": "kimden|gönderen; tarih|gönderildi|gönderme tarihi; kime|alıcı; bilgi; konu; önem",
    "el": "από; ημερομηνία|στάλθηκε; προς; κοιν; θέμα; σημαντικότητα",
    "ca": "de; data|enviat; per a|a; còpia; assumpte; importància",
    "ja": "差出人|送信元; 送信日時|日時|日付; 宛先; 写し; 件名; 返信先|重要度",
    "ko": "보낸 사람|보낸사람|발신; 보낸 날짜|날짜|발송; 받는 사람|받는사람|수신; 참조; 제목; 중요도",
    "vi": "từ; đã gửi|ngày; đến|tới; đồng gửi; chủ đề|tiêu đề; quan trọng",
    "id": "dari; dikirim|tanggal; kepada|ke; tembusan; perihal|subjek; lampiran",
    "he": "מאת; נשלח|תאריך; אל; עותק; נושא; חשיבות",
    "ar": "من; التاريخ|تم الإرسال; إلى; نسخة; الموضوع; الأهمية",
}
# "Sent from my iPhone": the participle, and what stands for "from my" where any device may follow.
SENT = {
    "en": "sent from|sent with|sent via|sent by|sent using",
    "lt": "siųsta|išsiųsta|atsiųsta",
    "ru": "отправлено|послано",
    "zh": "发自|發自|来自|來自",
    "de": "gesendet|versendet",
    "fr": "envoyé|envoyée",
    "es": "enviado|enviada",
    "it": "inviato|inviata",
    "pl": "wysłane|wysłano",
    "nl": "verzonden|verstuurd",
    "cs": "odesláno|posláno",
    "sk": "odoslané",
    "sv": "skickat",
    "no": "sendt",
    "fi": "lähetetty",
    "et": "saadetud",
    "lv": "nosūtīts",
    "uk": "надіслано|відправлено",
    "bg": "изпратено",
    "hr": "poslano|poslato",
    "ro": "trimis",
    "hu": "elküldve",
    "tr": "gönderildi",
    "el": "στάλθηκε",
    "ca": "enviat",
    "id": "dikirim",
}
SENT_FROM_MY = {
    "en": "sent from my",
    "lt": "siųsta iš mano|išsiųsta iš mano",
    "ru": "отправлено с моего",
    "zh": "发自我的|發自我的",
    "de": "gesendet von meinem|von meinem",
    "fr": "envoyé de mon|envoyé depuis mon",
    "es": "enviado desde mi",
    "it": "inviato dal mio|inviato da mio",
    "pl": "wysłane z mojego",
    "nl": "verzonden vanaf mijn|verstuurd vanaf mijn|verzonden met mijn",
    "pt": "enviado do meu|enviado de meu|enviado a partir do meu",
    "cs": "odesláno z mého",
    "sv": "skickat från min",
    "no": "sendt fra min",
    "uk": "надіслано з мого",
}
DEVICES = (
    r"i-?phon\w*|i-?pad\w*|ipod\w*|android\w*|samsung\w*|galaxy|huawei|xiaomi|redmi|nokia|blackberry\w*|htc|lumia|pixel|"
    r"oneplus|айфон\w*|smart-?phone\w*|phone|mobile|mobil\w*|мобильн\w*|móvil|movil|celular|handy|cell|tablet\w*|device|"
    r"telefon\w*|teléfono|téléphone|telefoon|телефон\w*|смартфон\w*|устройств\w*|planšet\w*|puhelime\w*|laitteesta|"
    r"手机|手機|outlook|e-?mail|mail|gmail|yahoo|proton\w*|thunderbird|airmail|spark|mailbox|windows|nine|bluemail|zoho|"
    r"mailspring|почт\w*"
)
# "Get Outlook for iOS"; in some languages the verb comes last.
GET = (
    "get|download|hol|holen sie sich|laden sie|obtenir|obtenez|télécharger|téléchargez|obtener|obtén|descargar|"
    "descarga|ottieni|scarica|obter|obtenha|baixar|baixe|transferir|pobierz|uzyskaj|získat|stáhnout|získať|hämta|hent|"
    "få|hanki|hankige|скачать|получить|завантажити|отримати|gaukite|gauti|atsisiųskite|atsisiųsti|获取|下载|取得|下載"
)
GET_BEHIND = "beziehen|herunterladen|downloaden|letöltése|edinin|を入手|다운로드"
APOLOGIES = "please|pls|sorry|excuse|apolog|bitte|entschuld|désolé|perdon|scus|prosz|извин|atsipraš"
EXCUSES = (
    "please excuse my|please excuse the|please excuse any|please forgive|bitte entschuldige|bitte entschuldigen sie|"
    "veuillez excuser|prosím, omluvte|proszę wybaczyć|перепрошую за|извините за краткость"
)
