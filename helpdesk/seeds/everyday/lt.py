"""What clients in Lithuania ask every week."""

from __future__ import annotations

from helpdesk.seeds.everyday.asked import Ask, Topic
from helpdesk.seeds.story import (
    accept,
    client,
    hand_over,
    hang_up,
    note,
    reply,
    resolve,
    resume,
    schedule,
    send_back,
    silence,
    thanks,
    vendor,
    wait,
)

TOPICS = (
    Topic(
        key="lt-kasos-pin",
        type="service_request",
        product="pos",
        component="Back office",
        category="access",
        impact="person",
        urgency="high",
        turns=(
            resolve(
                5,
                "Perskambinta numeriu iš kortelės, duotas vienkartinis PIN; darbuotoja jį pasikeitė ir dirba. "
                "Atsakingam asmeniui išsiųstas pranešimas.",
            ),
            hang_up(),
        ),
        asks=(
            Ask(
                "simona",
                "TP-10214",
                "phone",
                "Kasininkė tris kartus suklydo įvesdama PIN",
                "Simona, Antakalnio parduotuvė: naujoji kasininkė užsiblokavo, antroji kasa šiandien uždaryta.",
            ),
            Ask(
                "asta",
                "TP-10240",
                "phone",
                "Vaistininkė nepamena PIN kodo",
                "Asta Gudelienė: kolegė grįžo iš motinystės atostogų, senojo PIN kasa nebepriima.",
            ),
            Ask(
                "viktorija",
                "TP-10251",
                "phone",
                "Neprisijungia kasoje, PIN negalioja",
                "Viktorija: kasoje rašo, kad PIN negalioja, o vakar dar veikė. Prekybos salėje eilė.",
            ),
            Ask(
                "matas",
                "TP-10262",
                "phone",
                "Naujas padavėjas neturi PIN",
                "Matas, Užupis: naujas žmogus jau prie baro, o PIN niekas nedavė.",
            ),
        ),
        tags=("on-the-spot",),
    ),
    Topic(
        key="lt-kainu-etiketes",
        type="question",
        product="pos",
        component="Back office",
        category="how_to",
        impact="person",
        urgency="low",
        turns=(
            resolve(
                29,
                "Administravimo lange atsidarykite Kainų etiketės > Pasikeitusios nuo ir nurodykite dieną: liks tik "
                "prekės, kurių kaina pasikeitė. Sąrašą galima išsaugoti, tada kitą kartą užteks dviejų paspaudimų.",
            ),
            accept(80, "Radome, ačiū."),
        ),
        asks=(
            Ask(
                "ruta",
                "TP-10214",
                "portal",
                "Kaip atspausdinti tik pasikeitusias kainas?",
                "Kas savaitę spausdiname visas kainas ir pusę išmetame. Gal galima tik tas, kurios pasikeitė?",
            ),
            Ask(
                "viktorija",
                "TP-10251",
                "email",
                "Pasikeitusių kainų sąrašas salei",
                "Laba diena, salės darbuotojai prašo sąrašo, kurias etiketes keisti po kainų atnaujinimo. Dabar jį "
                "rašau ranka.",
            ),
            Ask(
                "paulius",
                "TP-10240",
                "portal",
                "Etiketės tik po kainos keitimo",
                "Ar yra būdas vaistinėms spausdinti tik tas etiketes, kurių kaina pasikeitė nuo vakar?",
            ),
            Ask(
                "lina",
                "TP-10233",
                "messenger",
                "Kainos etiketės kepyklėlei",
                "Sveiki, pakeičiau dešimties bandelių kainas, kaip atsispausdint etiketes tik joms?",
            ),
        ),
    ),
    Topic(
        key="lt-z-ataskaita",
        type="question",
        product="pos",
        component="Shift close",
        category="how_to",
        impact="person",
        urgency="medium",
        turns=(
            resolve(
                26,
                "Galima: Administravimo langas > Pamainos, pasirinkite dieną ir spauskite „Spausdinti kopiją“. Ant jos"
                " bus to paties numerio ataskaita ir žodis „Kopija“. PDF – mažoje rodyklėje šalia mygtuko.",
            ),
            accept(120),
        ),
        asks=(
            Ask(
                "loreta",
                "TP-10214",
                "email",
                "Reikia praėjusio mėnesio Z ataskaitos kopijos",
                "Laba diena, 9 d. ataskaita iš Žirmūnų nebeįskaitoma. Kaip gauti kopiją?",
            ),
            Ask(
                "ingrida",
                "TP-10240",
                "email",
                "Z ataskaitų kopijos tikrinimui",
                "Laba diena, tikrinimui reikia dviejų savaičių Z ataskaitų iš visų vaistinių. Ar galiu pati "
                "atsispausdinti?",
            ),
            Ask(
                "ugne",
                "TP-10262",
                "email",
                "Dingo dienos ataskaita",
                "Labas, penktadienio ataskaita kažkur nusimetė. Ar galima dar kartą?",
            ),
            Ask(
                "zilvinas",
                "TP-10251",
                "phone",
                "Kaip pamatyti vakar dienos ataskaitą",
                "Paukštelis nori vakar dienos apyvartos, popieriaus neranda.",
            ),
        ),
    ),
    Topic(
        key="lt-terminalas",
        type="incident",
        product="pos",
        component="Payments",
        category="connectivity",
        impact="group",
        urgency="high",
        turns=(
            reply(
                8,
                "Išjunkite kortelių terminalą iš rozetės dešimčiai sekundžių, palaukite, kol parašys „Paruošta“, tada "
                "kasoje spauskite Mokėjimai > Prijungti iš naujo. Grynaisiais pardavinėti galite toliau. Parašykite, "
                "ką rodo terminalas.",
            ),
            client(14, "Terminalas paruoštas, bet kasa jo vis tiek nemato."),
            hand_over(
                5,
                "pos",
                client_sees="Kasa nemato kortelių terminalo, tik grynieji.",
                tried="Terminalas perkrautas, kasoje prijungta iš naujo – be pokyčių.",
                environment="Tillora POS, terminalas kliento tinkle.",
                asked="Prašom prisijungti ir patikrinti susiejimą.",
            ),
            note(24, "Maršrutizatorius terminalui davė kitą adresą, kasa ieško seno. Susieta pagal vardą.", line=2),
            resolve(
                10,
                "Terminalas Jūsų tinkle buvo gavęs kitą adresą, o kasa ieškojo senojo. Dabar ji terminalą randa pagal "
                "vardą, tad adresas nebesvarbus. Bandomasis vieno cento mokėjimas pavyko ir grąžintas.",
                line=2,
            ),
            accept(40, "Kortelės veikia."),
        ),
        asks=(
            Ask(
                "ruta",
                "TP-10214",
                "portal",
                "Žirmūnuose neveikia mokėjimas kortele",
                "Nuo ryto abi kasos nemato terminalų. Žmonės palieka krepšelius.",
            ),
            Ask(
                "gabija",
                "TP-10233",
                "messenger",
                "neveikia kortelių aparatas",
                "rasom kasoj nera terminalo, turim tik grynais, zmones pyksta",
            ),
            Ask(
                "asta",
                "TP-10240",
                "phone",
                "Vaistinėje negalima mokėti kortele",
                "Asta: dingus elektrai kasa nebemato terminalo, pacientai grynųjų neturi.",
            ),
            Ask(
                "arunas",
                "TP-10251",
                "email",
                "Trečia kasa nemato banko terminalo",
                "Sveiki, po interneto darbų trečia kasa nemato terminalo, kitos mato.",
            ),
            Ask(
                "ugne",
                "TP-10262",
                "email",
                "Kavinėje neveikia kortelės",
                "Laba diena, Užupyje nuo atidarymo neveikia kortelės. Prašau greitai!",
            ),
        ),
        tags=("payments",),
    ),
    Topic(
        key="lt-etikeciu-ritiniai",
        type="service_request",
        product="printer",
        component="Consumables",
        category="parts",
        impact="person",
        urgency="low",
        turns=(
            resolve(
                41,
                "Užsakyta: ritinėliai išsiunčiami šiandien ir atkeliaus per dvi darbo dienas, kaina – pagal Jūsų "
                "sutartį. Sąskaita bus mėnesio pabaigoje. Jei patogiau, galime tą patį kiekį siųsti kas mėnesį.",
            ),
            accept(1000),
        ),
        asks=(
            Ask(
                "ruta",
                "L3-04417",
                "portal",
                "Prašome 20 ritinėlių 58 × 40",
                "Baigiasi kainų etiketės, reikia 20 ritinėlių į Žirmūnus.",
            ),
            Ask(
                "nerijus",
                "L3-04460",
                "email",
                "Etiketės fasavimo linijai",
                "Laba diena, prašau 60 ritinėlių 100 × 150, šaldymui tinkamų klijų.",
            ),
            Ask(
                "ramunas",
                "L3-04502",
                "phone",
                "Ekspedicijai reikia etikečių",
                "Ramūnas prašo 40 ritinėlių 100 × 150 ir kad atvežtų prie 3 vartų.",
            ),
        ),
    ),
    Topic(
        key="lt-sandelio-prisijungimas",
        type="service_request",
        product="wms",
        component="Users",
        category="access",
        impact="person",
        urgency="medium",
        turns=(
            wait(
                20,
                "Mielai. Kokiu kortelės numeriu jungsis prie skaitytuvo, kurioje zonoje dirbs ir ar galės koreguoti "
                "likučius?",
            ),
            client(95, "Kortelės numeris pridėtame sąraše. Tik surinkimas, be korekcijų."),
            resolve(
                16,
                "Prisijungimas paruoštas: vaidmuo „Surinkėjas“, kortelė iš Jūsų sąrašo. Pirmasis slaptažodis – Jūsų "
                "portale, galioja iki pirmo prisijungimo.",
            ),
            accept(55),
        ),
        asks=(
            Ask(
                "karolis",
                "WL-2208",
                "portal",
                "Naujas žmogus pamainoje nuo rytojaus",
                "Nuo rytojaus turim naują surinkėją A zonoje, reikia prisijungimo.",
            ),
            Ask(
                "arunas",
                "WL-2215",
                "email",
                "Prisijungimas sezoniniam darbuotojui",
                "Sveiki, priėmėm vyrą dviem mėnesiams į angarą. Prašau padaryt prisijungimą.",
            ),
        ),
    ),
    Topic(
        key="lt-neissiunciama-uzduotis",
        type="incident",
        product="wms",
        component="Receiving",
        category="malfunction",
        impact="group",
        urgency="medium",
        turns=(
            reply(
                27,
                "Ačiū už dokumento numerį. Priėmimas neužsidaro, kai kuri nors eilutė laukia patvirtinimo skaitytuve. "
                "Žiūrime, kuri.",
            ),
            hand_over(
                7,
                "warehouse",
                client_sees="Priėmimo dokumentas neužsidaro, nors viskas priimta.",
                tried="Skaitytuvai atjungti ir prijungti; dokumentas lieka atidarytas.",
                environment="Lentra WMS, priėmimas skaitytuvu.",
                asked="Prašom rasti eilutę, kuri laukia.",
            ),
            note(55, "Eilutė su kiekiu 0 laukia patvirtinimo, o skaitytuvas jos neberodo. Patvirtinta ranka.", line=2),
            hand_over(
                8,
                "engineering",
                line=2,
                client_sees="Nulinė eilutė neleidžia uždaryti priėmimo.",
                tried="Patvirtinta duomenų lange; pakartota bandomojoje bazėje.",
                environment="Lentra 12.3 ir 12.4.",
                asked="Ar nulinė eilutė gali pasitvirtinti pati?",
            ),
            note(210, "Nulinė eilutė nepatenka į skaitytuvo sąrašą, o uždarymas jos laukia. Bus 12.5.1.", line=3),
            send_back(
                9,
                "warehouse",
                "Priežastis rasta, pataisyta 12.5.1. Kol kas: Priėmimas > Eilutės > Patvirtinti nulines.",
                line=3,
            ),
            resolve(
                18,
                "Dokumentas uždarytas: jį laikė eilutė su nuliniu kiekiu, kurios skaitytuvas neberodo. 12.5.1 versija "
                "tokias patvirtins pati, o kol kas galite patys: Priėmimas > Eilutės > Patvirtinti nulines.",
                line=2,
            ),
            accept(260, "Aišku, ačiū."),
        ),
        asks=(
            Ask(
                "karolis",
                "WL-2208",
                "portal",
                "Priėmimo dokumentas 40218 neužsidaro",
                "Viskas priimta, dokumentas vis „vykdomas“, tiekėjas laukia parašo.",
            ),
            Ask(
                "arunas",
                "WL-2215",
                "email",
                "Negaliu uždaryti priėmimo",
                "Labas, nuo vakar kabo priėmimas, dėl jo neina sąskaita. Prekės jau lentynose.",
            ),
        ),
    ),
    Topic(
        key="lt-skaitytuvo-baterija",
        type="incident",
        product="scanner",
        component="Battery",
        category="maintenance",
        impact="person",
        urgency="medium",
        turns=(
            reply(
                33,
                "Skaitytuve paspauskite krumpliaratį > Baterija ir parašykite, koks skaičius prie „Būklė“. Jei mažiau "
                "nei 60 %, baterija nusidėvėjusi.",
            ),
            client(150, "Rodo 51 procentą."),
            hand_over(
                6,
                "field",
                client_sees="Skaitytuvas išsikrauna per pusę pamainos.",
                tried="Patikrinta būklė nustatymuose: 51 %.",
                environment="Skenva H2, pirmoji baterija.",
                asked="Patikrinti garantiją ir išsiųsti bateriją.",
            ),
            resolve(
                50,
                "Nauja baterija jau keliauja, bus per dvi darbo dienas. Senąją palikite dėžutėje, kurjeris pasiims.",
                line=2,
            ),
            silence(),
        ),
        asks=(
            Ask(
                "karolis",
                "H2-77120",
                "portal",
                "A zonos skaitytuvas išsijungia po pietų",
                "Vienas skaitytuvas antrą valandą jau tuščias, nors naktį stovi stove.",
            ),
        ),
    ),
    Topic(
        key="lt-atmestos-saskaitos",
        type="incident",
        product="connect",
        component="Accounting export",
        category="integration",
        impact="group",
        urgency="medium",
        turns=(
            hand_over(
                18,
                "warehouse",
                client_sees="Kelias sąskaitas apskaitos programa atmeta.",
                tried="Siųsta pakartotinai, atmesta su tuo pačiu pranešimu.",
                environment="Jungta Connect 5.2, apskaita šį mėnesį atnaujinta.",
                asked="Kas apskaitai netinka šiuose dokumentuose?",
            ),
            note(
                65,
                "Visose atmestose yra kiekis su trimis skaičiais po kablelio, o apskaita po atnaujinimo priima du.",
                line=2,
            ),
            reply(
                8,
                "Radome: atmetamos sąskaitos, kuriose kiekis turi tris skaičius po kablelio, pvz., 0,125 kg. Apskaitos"
                " programa po atnaujinimo priima tik du. Parengsime apvalinimą ir prieš įjungdami atsiųsime pavyzdį.",
                line=2,
            ),
            client(170, "Pavyzdys tinka, junkite."),
            resolve(
                13,
                "Apvalinimas įjungtas, laukusios sąskaitos jau apskaitoje. Kas suapvalinta, matyti eksporto žurnale.",
                line=2,
            ),
            accept(50),
        ),
        asks=(
            Ask(
                "edita",
                "JC-1055",
                "email",
                "Apskaita atmeta 5 sąskaitas, kodas Q-17",
                "Laba diena, penkios šios dienos sąskaitos atmestos su kodu Q-17. Ką daryti?",
            ),
            Ask(
                "viktorija",
                "JC-1060",
                "email",
                "Kai kurios sąskaitos nepatenka į apskaitą",
                "Laba diena, kasdien po dvi tris sąskaitas tenka vesti ranka, rašo apie kiekio formatą.",
            ),
        ),
    ),
    Topic(
        key="lt-daviklio-baterija",
        type="service_request",
        product="coldwatch",
        component="Sensors",
        category="maintenance",
        impact="person",
        urgency="low",
        turns=(
            resolve(
                40,
                "Daviklyje – ličio elementas CR123A. Pakeitę tris sekundes palaikykite mygtuką, ir daviklis pats ras "
                "šliuzą; paskutinių 48 valandų įrašai išlieka. Du elementus išsiuntėme, pagal garantiją nemokamai.",
            ),
            accept(400, "Pakeitėme, rodo."),
        ),
        asks=(
            Ask(
                "daiva",
                "LW-3391",
                "email",
                "Perspėja apie silpną 3 daviklio bateriją",
                "Laba diena, ateina pranešimas apie silpną 3 daviklio bateriją. Kokia tinka?",
            ),
            Ask(
                "ingrida",
                "LW-3402",
                "portal",
                "Mirksi raudona daviklio lemputė",
                "Tilžės gatvėje daviklis kas minutę mirkteli raudonai, temperatūra gera. Ar reikia ką nors daryti?",
            ),
            Ask(
                "tadas",
                "LW-3410",
                "email",
                "Daviklio baterijos keitimas",
                "Sveiki, viename daviklyje liko 9 % baterijos. Keičiate jūs ar mes?",
            ),
        ),
    ),
    Topic(
        key="lt-spausdintuvas-neprisijunges",
        type="incident",
        product="printer",
        component="Network card",
        category="connectivity",
        impact="person",
        urgency="medium",
        turns=(
            reply(
                17,
                "Tris sekundes kartu palaikykite Feed ir Pause: spausdintuvas išspausdins lapelį su savo adresu. "
                "Atsiųskite jo nuotrauką, palyginsime su įrašytu sistemoje.",
            ),
            client(55, "Nuotrauka pridėta."),
            resolve(
                10,
                "Maršrutizatorius spausdintuvui buvo davęs kitą adresą. Įrašėme naująjį ir paprašėme Jūsų tinkle jį "
                "palikti pastovų. Bandomoji etiketė išspausdinta.",
            ),
            thanks(20, "Labai ačiū, veikia!"),
        ),
        asks=(
            Ask(
                "ruta",
                "L3-04417",
                "portal",
                "Spausdintuvas „neprisijungęs“",
                "Kompiuteris rašo „neprisijungęs“, o pats spausdintuvas – „paruoštas“.",
            ),
            Ask(
                "algirdas",
                "L3-04460",
                "phone",
                "Fasavimo linijos spausdintuvas nespausdina",
                "Algirdas: po remonto linijoje spausdintuvas negauna užduočių.",
            ),
            Ask(
                "ramunas",
                "L3-04502",
                "phone",
                "Ekspedicijoje dingo spausdintuvas",
                "Ramūnas: sistemoje spausdintuvo nebėra, krovinys stovi.",
            ),
        ),
    ),
    Topic(
        key="lt-fiskalinis-skaitiklis",
        type="incident",
        product="pos",
        component="Fiscal printing",
        category="malfunction",
        impact="group",
        urgency="high",
        turns=(
            reply(
                10,
                "Gavome. Kitomis kasomis pardavinėkite toliau; šios kasos kvitai išsaugoti jos atmintyje. Mūsų "
                "specialistai jau žiūri skaitiklį.",
            ),
            hand_over(
                4,
                "pos",
                client_sees="Kasa neparduoda: nesutampa fiskalinis skaitiklis.",
                tried="Kasa perkrauta vieną kartą, tas pats.",
                environment="Tillora POS, fiskalinis spausdintuvas.",
                asked="Palyginti skaitiklius ir pasakyti, ar galima pardavinėti.",
            ),
            note(
                30,
                "Spausdintuvas vienu kvitu priekyje: elektra dingo tarp spausdinimo ir įrašymo. Taisymo įrankis šios "
                "versijos nepriima.",
                line=2,
            ),
            hand_over(
                5,
                "engineering",
                line=2,
                client_sees="Skaitiklis vienu didesnis nei kasoje.",
                tried="Taisymo įrankis: versija nepalaikoma.",
                environment="6.5.0, įrankis – 6.4.",
                asked="Reikia įrankio 6.5 versijai.",
            ),
            note(
                140,
                "Įrankis parengtas ir pasirašytas: trūkstamą kvitą įrašo kaip išspausdintą be pardavimo, su pažyma "
                "VMI.",
                line=3,
            ),
            send_back(7, "pos", "Naudokite šios dienos įrankį, po vieną kasą, dalyvaujant vadovei.", line=3),
            resolve(
                28,
                "Trūkstamas kvitas įrašytas, kasa parduoda. Taip nutiko, nes elektra dingo tarp spausdinimo ir "
                "įrašymo. Pažyma VMI – Jūsų portale.",
                line=2,
            ),
            accept(85),
        ),
        asks=(
            Ask(
                "vytautas",
                "TP-10214",
                "email",
                "Antakalnyje sustojo kasa: fiskalinis skaitiklis",
                "Antakalnio antra kasa po elektros dingimo rašo, kad skaitiklis nesutampa, ir neparduoda.",
            ),
            Ask(
                "paulius",
                "TP-10240",
                "portal",
                "Kasa nesutampa su fiskaliniu spausdintuvu",
                "Viename kvite skirtumas, kasa stovi. Kitos dirba.",
            ),
            Ask(
                "ugne",
                "TP-10262",
                "phone",
                "Kasa blokuota, skaitiklis skiriasi",
                "Ugnė: kavinėje kasa neleidžia parduoti, rašo apie skaitiklį.",
            ),
        ),
        tags=("fiscal",),
    ),
    Topic(
        key="lt-saldymo-aliarmas",
        type="incident",
        product="cold",
        component="Temperature probe",
        category="temperature",
        impact="group",
        urgency="medium",
        turns=(
            reply(
                12,
                "Matome rodmenis nuotoliniu būdu. Prašom patikrinti, ar durys prisitraukia ir ar prie ventiliatoriaus "
                "nėra ledo; parašykite, ką radote.",
            ),
            client(35, "Durys užsidaro, ledo nematyti."),
            hand_over(
                6,
                "field",
                client_sees="Temperatūra šokinėja tarp +2 ir +9.",
                tried="Durys ir ventiliatorius patikrinti.",
                environment="Ledva C90.",
                asked="Ar tai zondas, ar šaldymas?",
            ),
            note(60, "Rodmuo šokinėja per sekundę – taip šalti neįmanoma. Zondo kabelis, ne šaldymas.", line=2),
            schedule(
                8,
                "Šaldymas veikia, klysta temperatūros zondas. Atvyksime kitą darbo dieną tarp 9 ir 12 val. ir jį "
                "pakeisime; iki tol remkitės atskiru termometru.",
                line=2,
                promise=540,
            ),
            resume(560, "Zondas pakeistas, rodmenys sutampa su atskiru termometru.", line=2),
            resolve(
                10,
                "Zondas pakeistas, ekranas rodo tą pačią temperatūrą kaip atskiras termometras. Klaidingus rodmenis "
                "žurnale pažymėjome.",
                line=2,
            ),
            accept(200, "Viskas gerai, ačiū."),
        ),
        asks=(
            Ask(
                "ruta",
                "C9-1183",
                "portal",
                "Pieno skyriaus šaldytuvas rodo tai +2, tai +9",
                "Antakalnyje ekrane temperatūra keičiasi kas kelias sekundes. Produktai šalti.",
            ),
            Ask(
                "daiva",
                "C9-1190",
                "email",
                "1 kameroje šokinėja temperatūra",
                "Laba diena, žurnale rodmenys šokinėja nuo 1 iki 8 laipsnių, o žuvis šalta.",
            ),
            Ask(
                "asta",
                "C9-1215",
                "phone",
                "Vaistų šaldytuvas rodo skirtingai",
                "Asta: ekrane tai 4, tai 10, o termometras viduje rodo 5.",
            ),
            Ask(
                "tadas",
                "C9-1222",
                "email",
                "Gėlių kameroje keisti rodmenys",
                "Laba diena, ekranas rodo tai 3, tai 11. Gėlės gyvos, bet nebežinau, kuo tikėti.",
            ),
        ),
    ),
    Topic(
        key="lt-kompresorius-burzgia",
        type="incident",
        product="cold",
        component="Compressor",
        category="damage",
        impact="group",
        urgency="medium",
        turns=(
            hand_over(
                11,
                "field",
                client_sees="Kompresorius garsiai burzgia, temperatūra dar gera.",
                tried="Paprašyta patikrinti, ar nieko nepriglausta prie grotelių.",
                environment="Ledva C90, garantija galioja.",
                asked="Patikrinti tvirtinimą ir srovę.",
            ),
            note(120, "Srovė normali, nusidėvėjusi guminė atrama. Mūsų sandėlyje tokios nėra.", line=2),
            hand_over(
                7,
                "vendors",
                line=2,
                client_sees="Kompresoriaus atrama susidėvėjo.",
                tried="Laikinai paremta, burzgia mažiau.",
                environment="Atrama K2-RM.",
                asked="Užsakyti keturias atramas.",
            ),
            vendor(30, "Užsakyta gamintojui, žada per penkias darbo dienas.", line=3),
        ),
        asks=(
            Ask(
                "algirdas",
                "C9-1190",
                "phone",
                "Kompresorius barška taip, kad girdisi gatvėje",
                "Algirdas: nuo vakar kompresorius barška, kamera kol kas +2.",
            ),
            Ask(
                "lina",
                "C9-1204",
                "messenger",
                "Vitrina burzgia, klientai klausia kas čia",
                "Sveiki, vitrina ėmė labai burzgti, temperatūra gera. Ar tai pavojinga?",
                until=3,
            ),
        ),
    ),
    Topic(
        key="lt-antra-kasa",
        type="enquiry",
        product="pos",
        component="Checkout",
        category="quotation",
        impact="organisation",
        urgency="low",
        turns=(
            reply(
                60,
                "Ačiū už užklausą. Pasiūlymą atsiųsime per vieną darbo dieną. Ar nauja kasa turi būti tokia pati kaip "
                "esamos, su tokiu pačiu kortelių terminalu?",
                promise=540,
            ),
            client(220, "Taip, tokia pati."),
            reply(
                190,
                "Pasiūlymas pridėtas: kasa su licencija, skaitytuvu ir stalčiumi, pusė dienos įrengimo, valanda "
                "mokymų. Galioja 30 dienų.",
            ),
            client(800, "Ačiū, spręsime kitą savaitę."),
            resolve(14, "Mielai; pasiūlymas lieka galioti, užsakyme pakaks nurodyti jo numerį. Užklausą uždarome."),
            silence(),
        ),
        asks=(
            Ask(
                "vytautas",
                "TP-10214",
                "email",
                "Papildoma kasa Žirmūnams",
                "Sveiki, kiek kainuotų viena papildoma kasa Žirmūnuose, su įrengimu?",
            ),
            Ask(
                "zilvinas",
                "TP-10251",
                "phone",
                "Kasa lauko prekybai",
                "Paukštelis domisi kasa lauko prekybai pavasarį, nori žinoti kainą su terminalu.",
            ),
            Ask(
                "paulius",
                "TP-10240",
                "portal",
                "Kasa dešimtai vaistinei",
                "Planuojame dešimtą vaistinę. Prašome pasiūlymo dviem kasoms.",
            ),
            Ask(
                "ugne",
                "TP-10262",
                "email",
                "Kasa terasai",
                "Labas, vasarą norim kasos terasoje. Kiek kainuotų, ar galima tik sezonui?",
            ),
        ),
    ),
    Topic(
        key="lt-kvito-logotipas",
        type="service_request",
        product="pos",
        component="Fiscal printing",
        category="configuration",
        impact="organisation",
        urgency="low",
        turns=(
            reply(
                70,
                "Gavome. Kad ant kvito būtų ryšku, reikia nespalvoto paveikslėlio, 384 taškų pločio. Ar tokį turite, "
                "ar paruošti mums?",
            ),
            client(300, "Paruoškite, prašom."),
            hand_over(
                10,
                "pos",
                client_sees="Naujas logotipas visoms kasoms.",
                tried="Paveikslėlis paruoštas: 384 × 120, nespalvotas.",
                environment="Tillora POS.",
                asked="Prašom paskirstyti visoms kasoms po uždarymo.",
            ),
            resolve(400, "Naujas logotipas yra visose kasose nuo šio ryto. Bandomojo kvito nuotrauka pridėta.", line=2),
            accept(200, "Gražu, ačiū."),
        ),
        asks=(
            Ask(
                "vytautas",
                "TP-10214",
                "portal",
                "Naujas logotipas ant kvitų",
                "Pasikeitė mūsų ženklas, failas pridėtas. Prašome įdėti visose parduotuvėse.",
            ),
            Ask(
                "lina",
                "TP-10233",
                "messenger",
                "Ar galima ant kvito mūsų piešinuką?",
                "Sveiki! Turim naują piešinuką su linute, ar galima jį ant kvito?",
            ),
            Ask(
                "paulius",
                "TP-10240",
                "portal",
                "Kvito viršuje – naujas pavadinimas",
                "Keičiame vaistinių tinklo ženklą, prašome pakeisti ir ant kvito.",
            ),
        ),
    ),
    Topic(
        key="lt-inventorizacijos-mokymai",
        type="service_request",
        product="wms",
        component="Stocktake",
        category="training",
        impact="group",
        urgency="low",
        turns=(
            reply(
                45,
                "Mielai. Grupei iki dešimties žmonių pakanka valandos internetu. Siūlome poryt 10 val.; reikia tik "
                "naršyklės.",
            ),
            client(130, "Poryt 10 val. tinka."),
            schedule(
                7,
                "Sutarta: poryt 10 val., viena valanda. Turėkite praėjusių metų skaičiavimo lapus, mokysimės su Jūsų "
                "duomenimis.",
                promise=1080,
            ),
        ),
        asks=(
            Ask(
                "jolanta",
                "WL-2208",
                "portal",
                "Mokymai pamainų vadovams: inventorizacija",
                "Prieš metinę inventorizaciją norėtume valandos mokymų keturiems pamainų vadovams.",
            ),
            Ask(
                "arunas",
                "WL-2215",
                "email",
                "Kaip daryti inventorizaciją angare",
                "Sveiki, pirmą kartą skaičiuosim angarą atskirai. Gal galit parodyt?",
            ),
        ),
    ),
    Topic(
        key="lt-kiosko-ekranas",
        type="incident",
        product="kiosk",
        component="Touch screen",
        category="damage",
        impact="person",
        urgency="medium",
        turns=(
            reply(
                15,
                "Prašom nuvalyti ekraną sausa šluoste ir perkrauti kioską: palaikykite pirštą viršutiniame dešiniajame"
                " kampe penkias sekundes. Parašykite, ar apačia reaguoja.",
            ),
            client(45, "Nereaguoja apatinis trečdalis."),
            hand_over(
                7,
                "field",
                client_sees="Apatinis ekrano trečdalis nereaguoja.",
                tried="Nuvalyta, perkrauta.",
                environment="Tillora Kiosk 4.1, garantija galioja.",
                asked="Keisti jutiklinį rėmą.",
            ),
            schedule(
                40,
                "Meistras atvyks kitą darbo dieną tarp 10 ir 12 val. su nauju jutikliniu rėmu, pagal garantiją. Iki "
                "tol kioską galite palikti išjungtą.",
                line=2,
                promise=600,
            ),
            resume(620, "Rėmas pakeistas, visas ekranas reaguoja.", line=2),
            resolve(
                9,
                "Jutiklinis rėmas pakeistas pagal garantiją, visas ekranas reaguoja. Senąjį pasiėmėme ištirti.",
                line=2,
            ),
            accept(300),
        ),
        asks=(
            Ask(
                "ruta",
                "TK-0912",
                "portal",
                "Kiosko apačia nereaguoja į pirštą",
                "Pirkėjai negali paspausti „Mokėti“, mygtukas pačioje apačioje.",
            ),
            Ask(
                "matas",
                "TK-0920",
                "messenger",
                "kioskas nereaguoja apacioj",
                "zmones spaudzia moketi ir nieko, virsus veikia",
            ),
        ),
    ),
)
