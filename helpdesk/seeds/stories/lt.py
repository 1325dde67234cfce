"""What clients in Lithuania wrote, and what became of it."""

from __future__ import annotations

from helpdesk.seeds.story import (
    Rating,
    Story,
    accept,
    call,
    cancel,
    client,
    hand_over,
    hang_up,
    merge,
    note,
    refuse,
    reply,
    resolve,
    resume,
    schedule,
    send_back,
    silence,
    thanks,
    transfer,
    vendor,
    wait,
)

STORIES = (
    Story(
        key="lt-tuscios-etiketes-ekspedicija",
        language="lt",
        contact="jolanta",
        type="incident",
        product="printer",
        component="Firmware",
        category="printing",
        installed="L3-04502",
        channel="portal",
        impact="group",
        urgency="high",
        tags=("firmware", "blank-labels"),
        subject="L3-04502 po 3.11 atnaujinimo kas antra etiketė tuščia",
        turns=(
            client(
                0,
                "Sveiki,\n\n"
                "ekspedicijos spausdintuvas (L3-04502, programinė įranga 3.11) po pietų pertraukos pradeda leisti "
                "tuščias etiketes: viena gera, viena tuščia. Perkrovus valandą veikia normaliai. Šablonas tas pats "
                "jau dvejus metus, jutiklį išvaliau.\n\n"
                "Jolanta",
            ),
            reply(
                19,
                "Laba diena, Jolanta,\n\n"
                "ačiū, labai aiškiai aprašyta. Panašų atvejį jau tiria mūsų įrangos kolegos: atrodo, kad su 3.11 "
                "spausdintuvas, pabudęs iš miego, pamiršta etiketės ribas. Perduodame jiems ir Jūsų atvejį.",
            ),
            hand_over(
                5,
                "field",
                client_sees="Po miego būsenos kas antra etiketė tuščia, perkrovus laikinai gerai.",
                tried="Jutiklis išvalytas, kalibruota; padeda iki kito užmigimo.",
                articles=("printer-blank-labels", "printer-calibrate-sensor"),
                environment="L300, 3.11, etiketės 100 × 150, be peilio.",
                asked="Ar tai tas pats atvejis kaip Gdanske? Čia peilio nėra.",
            ),
            note(
                40,
                "Tas pats. Peilis niekuo dėtas, jutiklio slenkstis po miego lygus nuliui. Miegą išjungti nuotoliniu "
                "būdu galima.",
                line=2,
            ),
            resolve(
                15,
                "Jolanta, nuotoliniu būdu išjungėme miego režimą ir sukalibravome etiketės jutiklį, po to "
                "atspausdinome trisdešimt etikečių – tuščių nebuvo. Klaidą ištaisys 3.12 versija, apie ją parašysime "
                "atskirai.",
                line=2,
            ),
            accept(430, "Patvirtinu, vakar ir šiandien nė vienos tuščios."),
        ),
        rating=Rating(5, "Nereikėjo nieko aiškinti antrą kartą."),
    ),
    Story(
        key="lt-tuscios-etiketes-zirmunai",
        language="lt",
        contact="ruta",
        type="incident",
        product="printer",
        component="Firmware",
        category="printing",
        installed="L3-04417",
        channel="portal",
        impact="person",
        urgency="medium",
        tags=("firmware", "blank-labels"),
        subject="Lipdukų spausdintuvas spausdina kas antrą tuščią",
        turns=(
            client(
                0,
                "Laba diena, Žirmūnų parduotuvėje kainų lipdukus spausdina per vieną - vienas su kaina, kitas "
                "tuščias. Ritinėlį keičiau du kartus. Ačiū",
            ),
            reply(
                13,
                "Laba diena, Rūta,\n\n"
                "ritinėlis nekaltas, tai žinoma spausdintuvo klaida. Paspauskite Menu > Power > Sleep ir pasirinkite "
                "Off, tada penkias sekundes palaikykite mygtuką Feed. Išlįs trys lipdukai ir spausdintuvas sustos. "
                "Parašykite, prašom, ar po to viskas gerai.",
            ),
            client(37, "Padariau, dabar gerai 🙂"),
            resolve(
                4,
                "Puiku. Palikite miego režimą išjungtą, kol įdiegsime pataisytą versiją. Jums nieko daryti nereikės, "
                "atnaujinsime nuotoliniu būdu po darbo.",
            ),
            accept(11),
        ),
        rating=Rating(5, "Greitai ir paprastai."),
    ),
    Story(
        key="lt-pamaina-girios",
        language="lt",
        contact="vytautas",
        type="incident",
        product="pos",
        component="Shift close",
        category="outage",
        installed="TP-10214",
        channel="phone",
        impact="organisation",
        urgency="high",
        tags=("shift-close", "escalated"),
        is_major=True,
        subject="Neužsidaro pamaina 9 parduotuvėse iš 14, stovi ties 99 %",
        turns=(
            call(
                "Vytautas Kairelis (IT): vakar po 21 val. devyniose parduotuvėse pamainos uždarymas sustojo ties 99 "
                "%. Z ataskaitų nėra, inkasacija atvažiuoja 10 val. Versija 6.5.0, atnaujinta prieš tris dienas. "
                "Prašo skambinti jam tiesiogiai.",
            ),
            reply(
                5,
                "Vytautai, užregistravome kaip visos įmonės sutrikimą, kasų specialistai jau jungiasi. Per "
                "pusvalandį paskambinsime ir pasakysime, ką žinome.",
                promise=30,
            ),
            hand_over(
                4,
                "pos",
                client_sees="Pamaina neužsidaro 9 iš 14 parduotuvių, kasos parduoda, Z ataskaitų nėra.",
                tried="Žirmūnų kasa perkrauta, nepadėjo. Fiskaliniai spausdintuvai atsako.",
                articles=("pos-shift-close",),
                environment="Tillora POS 6.5.0, 52 kasos, dviejų gamintojų fiskaliniai spausdintuvai.",
                asked="Z ataskaitos reikalingos iki 10 val. Kas bendra toms devynioms?",
            ),
            note(
                18,
                "Visų devynių žurnale ta pati eilutė: ShiftClose: waiting for reversal, voucher 0. Visose vakar "
                "anuliuotas dovanų čekis (buvo akcija). Likusiose penkiose – ne.",
                line=2,
            ),
            reply(
                4,
                "Vytautai, žinome, kas bendra: tose parduotuvėse vakar buvo anuliuotas dovanų čekis, ir pamaina "
                "laukia jo numerio. Programuotojams perduodame ieškoti saugaus būdo, kitą žinią turėsite per "
                "keturiasdešimt minučių.",
                line=2,
                promise=40,
            ),
            hand_over(
                4,
                "engineering",
                line=2,
                client_sees="Pamaina laukia dovanų čekio atšaukimo, kuris neturi numerio.",
                tried=(
                    "Palygintos parduotuvės su anuliuotais čekiais ir be jų. Perkrovimas nepadeda, lentelėje "
                    "voucher_reversal numeris tuščias."
                ),
                articles=("pos-shift-close",),
                environment="6.5.0, rinkinys 4410.",
                asked="Kaip saugiai užbaigti pamainas dar šį rytą?",
            ),
            note(
                32,
                "Numeravimas 6.5.0 atsidūrė po pamainos užrakto. Laikina išeitis: administravimo lange Čekiai > "
                "Atšaukimai > Patvirtinti be numerio, tada kartoti uždarymą. Apskaita nenukenčia, numerį suteiks "
                "kita diena. Pataisa – 6.5.1.",
                line=3,
            ),
            send_back(
                3,
                "pos",
                "Išeitis patikrinta su kliento duomenų kopija: „Patvirtinti be numerio“, tada uždaryti pamainą. "
                "Masiškai to daryti nereikia, po vieną parduotuvę.",
                line=3,
            ),
            reply(
                12,
                "Vytautai, išeitis tokia: administravimo lange atsidarykite Čekiai > Atšaukimai, pažymėkite eilutę "
                "be numerio, spauskite „Patvirtinti be numerio“ ir kartokite uždarymą. Žirmūnuose padarėme kartu su "
                "Jumis, kitas aštuonias darome dabar.",
                line=2,
            ),
            resolve(
                38,
                "Visos devynios pamainos uždarytos, Z ataskaitos atspausdintos dar prieš inkasaciją. Priežastis – "
                "6.5.0 versijos klaida: tą pačią dieną anuliuotas dovanų čekis sustabdo pamainos uždarymą. Iki 6.5.1 "
                "padeda aprašytas žingsnis, parduotuvių vedėjoms parengėme vieno lapo atmintinę.",
                line=2,
            ),
            accept(
                95,
                "Spėjom prieš inkasaciją, ačiū. Bet 6.5.1 norim gauti pirmi ir pirma bandysim vienoj parduotuvėj.",
            ),
        ),
        rating=Rating(4, "Reagavo akimirksniu. Bet tokia klaida neturėjo išeiti iš gamyklos."),
    ),
    Story(
        key="lt-pamaina-girios-antras",
        language="lt",
        contact="simona",
        type="incident",
        product="pos",
        component="Shift close",
        category="malfunction",
        installed="TP-10214",
        channel="phone",
        impact="person",
        urgency="high",
        tags=("shift-close",),
        subject="Antakalnio kasa neužsidaro nuo vakar",
        turns=(
            call(
                "Simona iš Antakalnio parduotuvės: kasa nuo vakar rodo „Pamaina uždaroma 99 %“, nežino, ar galima "
                "pardavinėti.",
            ),
            reply(
                4,
                "Simona, pardavinėti galite, nieko neperkraukite. Su Jūsų IT skyriumi jau tvarkome visas "
                "parduotuves, Antakalnis tarp jų.",
            ),
            merge(6, "lt-pamaina-girios", "Ta pati įmonė, tas pats rytas; Antakalnis yra Vytauto sąraše."),
        ),
    ),
    Story(
        key="lt-pamaina-kavine",
        language="lt",
        contact="ugne",
        type="incident",
        product="pos",
        component="Shift close",
        category="malfunction",
        installed="TP-10262",
        channel="email",
        impact="person",
        urgency="high",
        tags=("shift-close",),
        subject="Kavinėje neužsidaro diena, rodo 99%",
        turns=(
            client(
                0,
                "Labas vakaras, Užupyje kasa jau pusvalandį rodo 99%, merginos negali išeiti namo. Šiandien turėjom "
                "vieną sugadintą dovanų čekį, gal dėl to?",
            ),
            reply(
                8,
                "Laba diena, Ugne,\n\n"
                "spėjote teisingai. Administravimo lange atsidarykite Čekiai > Atšaukimai, pažymėkite eilutę be "
                "numerio, spauskite „Patvirtinti be numerio“ ir dar kartą uždarykite pamainą.",
            ),
            client(12, "Užsidarė! Ačiū"),
            resolve(
                6,
                "Džiaugiamės. Tai 6.5.0 versijos klaida, ją ištaisys 6.5.1. Jei kils dar kartą – tas pats žingsnis.",
            ),
            silence(),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-pamaina-vaistine",
        language="lt",
        contact="asta",
        type="incident",
        product="pos",
        component="Shift close",
        category="malfunction",
        installed="TP-10240",
        channel="phone",
        impact="person",
        urgency="medium",
        tags=("shift-close",),
        subject="Vaistinėje neuždaro pamainos",
        turns=(
            call(
                "Asta Gudelienė, Tilžės gatvės vaistinė: vakare pamainos uždarymas sustojo, ryte tas pats. Meniu "
                "„Čekiai“ savo lange nemato.",
            ),
            note(
                7,
                "Vaistininkės vaidmuo neturi teisės matyti atšaukimų, todėl mūsų atmintinė jai netinka. Reikia "
                "prisijungti.",
            ),
            reply(
                4,
                "Laba diena, Asta, prisijungsime prie Jūsų kasos patys. Paspauskite žalią ženkliuką „Pagalba“ ir "
                "padiktuokite šešis skaičius telefonu.",
            ),
            client(9, "605 118"),
            resolve(
                14,
                "Pamaina uždaryta, Z ataskaita išspausdinta. Atšaukimą be numerio patvirtinome už Jus. Kad kitą "
                "kartą nereikėtų skambinti, Pauliui parašėme, kokią teisę suteikti pamainos vyresniajai.",
            ),
            accept(22, "Ačiū labai, jau galvojau visą dieną taip stovės"),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-skaitytuvai-nemunas",
        language="lt",
        contact="karolis",
        type="incident",
        product="scanner",
        component="Wi-Fi",
        category="connectivity",
        installed="H2-77120",
        channel="portal",
        impact="group",
        urgency="high",
        tags=("wifi", "roaming", "refused"),
        subject="Skaitytuvai praranda ryšį einant iš A į C zoną",
        turns=(
            client(
                0,
                "Po naujo Agent (2.8) visi skaitytuvai einant iš A zonos į C parodo „Nėra ryšio“ ir kraunasi po "
                "20-30 s. Surinkimo eilutę reikia pradėt iš naujo. Pamainai tai minus 15 procentų.",
            ),
            reply(
                27,
                "Laba diena, Karoli,\n\n"
                "suprantame, kad stovi visa pamaina. Perduodame įrangos kolegoms; jei galite, parašykite, ar einant "
                "lėtai nutrūksta taip pat.",
            ),
            hand_over(
                8,
                "field",
                client_sees="Pereinant tarp prieigos taškų ryšys dingsta 20–30 s, dingsta pradėta eilutė.",
                tried="Palyginta su vienu likusiu 2.7 skaitytuvu – tas veikia.",
                articles=("scanner-wifi",),
                environment="Agent 2.8, WPA2, 11 prieigos taškų, 802.11r įjungtas.",
                asked="Ar kalta 2.8 versija, ar tinklo nustatymai?",
            ),
            client(22, "taip pat, greitis neturi reiksmes"),
            resolve(
                140,
                "Karoli, tinklo valdiklyje skaitytuvams sukūrėme atskirą grupę ir padidinome perėjimo slenkstį. "
                "Bandomasis skaitytuvas per tris praėjimus ryšio neprarado.",
                line=2,
            ),
            refuse(480, "Šiandien ryte vėl tas pats, visi 14. Bandėt gal kai sandėly nieko nebuvo?"),
            note(
                35,
                "Teisingai, bandyta vienu skaitytuvu. Su keturiolika vienu metu atsikartoja per penkias minutes. "
                "Įrašas: 802.11r atsakymas atmetamas, Agent laukia 20 s.",
                line=2,
            ),
            hand_over(
                7,
                "engineering",
                line=2,
                client_sees="Ryšys dingsta tik kai vienu metu dirba daug skaitytuvų.",
                tried="Perėjimo slenkstis, atskira grupė valdiklyje. Tinklo įrašas pridėtas, 2.7 veikia.",
                articles=("scanner-wifi",),
                environment="Agent 2.8, 802.11r, WPA2-PSK.",
                asked=(
                    "Patvirtinkite, kad kaltas greitasis perėjimas 2.8 versijoje, ir pasakykite, ką galima išjungti."
                ),
            ),
            note(
                230,
                "Agent 2.8 greitojo perėjimo atsakymo laukia viena gija: antram skaitytuvui tame pačiame taške tenka "
                "laukti. Išjungus Fast roaming, eina įprastu keliu (0,4 s). Pataisa bus 2.9.",
                line=3,
            ),
            send_back(
                4,
                "field",
                "Agent > Network > Fast roaming > Off, galima per valdymo profilį visiems iš karto. Ištaisys 2.9.",
                line=3,
            ),
            reply(
                16,
                "Karoli, atsiprašome už pirmą bandymą – vienu skaitytuvu klaidos nebuvo matyti. Priežastis rasta, "
                "visiems keturiolikai išjungėme „Fast roaming“. Perėjimas dabar trunka mažiau nei sekundę.",
                line=2,
            ),
            resolve(
                55,
                "Visuose skaitytuvuose išjungtas greitasis perėjimas, patikrinta su visa pamaina vienu metu: nė "
                "vieno nutrūkimo per valandą. 2.9 versijoje jį vėl bus galima įjungti.",
                line=2,
            ),
            accept(500, "Dabar tikrai veikia."),
        ),
        rating=Rating(4, "Iš antro karto, bet sutvarkyta."),
    ),
    Story(
        key="lt-sertifikatas-statmena",
        language="lt",
        contact="viktorija",
        type="incident",
        product="connect",
        component="Certificates",
        category="integration",
        installed="JC-1060",
        channel="email",
        impact="organisation",
        urgency="high",
        tags=("certificate",),
        subject="Neiškeliauja sąskaitos į apskaitą, klaida 0x52",
        turns=(
            client(
                0,
                "Laba diena,\n\n"
                "nuo pat ryto sąskaitos nepatenka į apskaitos programą. Rodo „TLS handshake failed: certificate has "
                "expired (0x52)“. Šiandien reikia pateikti i.SAF, laukia 63 sąskaitos.\n\n"
                "Viktorija",
            ),
            hand_over(
                16,
                "warehouse",
                client_sees="63 sąskaitos eilėje, klaida 0x52.",
                tried="Kliento sertifikatas galioja, kompiuterio laikas teisingas.",
                articles=("connect-certificates",),
                environment="Jungta Connect 5.2, biuro serveris.",
                asked="Panašu į jungties pačios sertifikatą, prašom atnaujinti; klientė IT darbuotojo neturi.",
            ),
            reply(
                14,
                "Laba diena, Viktorija, baigėsi ne Jūsų, o mūsų jungties sertifikatas. Prisijungsime patys, Jums "
                "nieko daryti nereikia.",
                line=2,
            ),
            resolve(
                23,
                "Sertifikatas atnaujintas, visos 63 sąskaitos jau apskaitoje, paskutinė – SP-04418. Kad tai "
                "nepasikartotų, siūlome įdiegti 5.3: ji sertifikatą atsinaujina pati. Klaida mūsų, todėl už "
                "atnaujinimą mokėti nereikės.",
                line=2,
            ),
            accept(31, "Spėjau! Labai ačiū. Dėl atnaujinimo kalbėkit su Žilvinu."),
        ),
        rating=Rating(5, "Ramiai ir greitai."),
    ),
    Story(
        key="lt-naktiniai-marios",
        language="lt",
        contact="daiva",
        type="incident",
        product="coldwatch",
        component="Gateway",
        category="connectivity",
        installed="LW-3391",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("night-alarm",),
        subject="Kiekvieną naktį 2 val. SMS „šliuzas nepasiekiamas“",
        turns=(
            client(
                0,
                "Sveiki, jau savaitę antrą valandą nakties gaunu SMS, kad šliuzas nepasiekiamas, o po aštuonių "
                "minučių – kad vėl veikia. Ar dingsta temperatūros įrašai? Ketvirtadienį auditas.",
            ),
            reply(
                22,
                "Laba diena, Daiva,\n\n"
                "įrašai nedingsta: davikliai patys saugo 48 valandas ir vėliau juos atiduoda. Šliuzas naktį tvarko "
                "savo žurnalus ir kelias minutes neatsako, o pranešimas siunčiamas jau po penkių.",
            ),
            resolve(
                18,
                "Pranešimo delsą pakeitėme iš 5 į 15 minučių (Alerts > Gateway > Delay). Auditui pridedame raštą, "
                "kad nė vienas rodmuo neprarastas. Priežastį pašalins 1.10 versija.",
            ),
            accept(520, "Pirma rami naktis, ačiū. Raštas tiko."),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-naktiniai-ziedlapis",
        language="lt",
        contact="tadas",
        type="incident",
        product="coldwatch",
        component="Gateway",
        category="connectivity",
        installed="LW-3410",
        channel="email",
        impact="person",
        urgency="low",
        tags=("night-alarm",),
        subject="Naktį vis nutrūksta ryšys su kameromis",
        turns=(
            client(
                0,
                "Laba diena, naktimis ateina žinutės apie nutrūkusį ryšį, bet ne tik antrą, kartais ir ketvirtą, ir "
                "šeštą ryto. Gėlėms nieko neatsitiko, bet nebesinori keltis.",
            ),
            reply(
                64,
                "Laba diena, Tadai,\n\n"
                "dėl antros valandos aišku: šliuzas tvarko žurnalus, delsą jau padidinome iki 15 minučių. O štai "
                "ketvirta ir šešta valanda čia nepritampa, todėl perduodame įrangos kolegoms.",
            ),
            hand_over(
                9,
                "field",
                client_sees="Ryšys dingsta ir 4, ir 6 val., ne tik 2 val.",
                tried="Delsa 15 min. Po to 2 val. pranešimų nebėra, kitų – yra.",
                articles=("coldwatch-offline",),
                environment="Ledva Watch 1.9, mobilusis ryšys, šliuzas pastatytas kameros viduje.",
                asked="Ar gali būti silpnas signalas? Galbūt reikia antenos lauke.",
            ),
            note(
                190,
                "Signalas −109 dBm, kameros sienelė metalinė. Antena lauke turėtų padėti, bet montavimas į garantiją "
                "neįeina – reikia suderinti kainą su klientu.",
                line=2,
            ),
        ),
    ),
    Story(
        key="lt-skambutis-kvitas",
        language="lt",
        contact="simona",
        type="question",
        product="pos",
        component="Checkout",
        category="how_to",
        installed="TP-10214",
        channel="phone",
        impact="person",
        urgency="high",
        tags=("on-the-spot",),
        subject="Kaip anuliuoti kvitą, kai pirkėjas jau sumokėjo kortele",
        turns=(
            call("Prie kasos stovi pirkėja, nuskenuota dviguba prekė, sumokėta kortele. Kaip grąžinti už vieną?"),
            resolve(
                4,
                "Parodyta telefonu: Kvitai > paskutinis > Grąžinti prekes, pažymėti vieną prekę, grąžinti į tą pačią "
                "kortelę. Grąžinimo kvitas išspausdintas kalbantis.",
            ),
            hang_up(),
        ),
        rating=Rating(5, "Labai maloniai paaiškino"),
    ),
    Story(
        key="lt-skambutis-slaptazodis",
        language="lt",
        contact="gabija",
        type="service_request",
        product="pos",
        component="Back office",
        category="access",
        installed="TP-10233",
        channel="phone",
        impact="person",
        urgency="medium",
        tags=("on-the-spot", "access"),
        subject="Pamiršo kasininkės PIN kodą",
        turns=(
            call("Gabija po atostogų nebeatsimena PIN. Savininkė nekelia telefono, o eilėje žmonės."),
            resolve(
                6,
                "Perskambinta numeriu iš kortelės, tapatybė patvirtinta, duotas vienkartinis PIN; Gabija prisijungė "
                "ir pasikeitė. Savininkei išsiųstas pranešimas.",
            ),
            hang_up(),
        ),
    ),
    Story(
        key="lt-skambutis-termometras",
        language="lt",
        contact="regina",
        type="question",
        product="cold",
        component="Temperature probe",
        category="how_to",
        installed="C9-1222",
        channel="phone",
        impact="person",
        urgency="low",
        tags=("on-the-spot",),
        subject="Ekrane rodo +6, o termometras kameroje +4",
        turns=(
            call("Regina klausia, kuriuo rodmeniu tikėti. Durys buvo ilgai atidarytos, krovė tulpes."),
            resolve(
                5,
                "Paaiškinta: daviklis yra prie ventiliatoriaus ir oro šilimą po durų darinėjimo rodo pirmas. Po "
                "dešimties minučių abu rodė +4. Jei po valandos skirtumas liktų didesnis nei laipsnis, reikėtų "
                "kalibruoti.",
            ),
            hang_up(),
        ),
    ),
    Story(
        key="lt-skambutis-juosta",
        language="lt",
        contact="matas",
        type="question",
        product="kiosk",
        component="Receipt printer",
        category="how_to",
        installed="TK-0920",
        channel="phone",
        impact="person",
        urgency="medium",
        tags=("on-the-spot",),
        subject="Kioskas rašo „Nėra popieriaus“, nors rulonas naujas",
        turns=(
            call("Matas iš Užupio: ką tik įdėjo naują ruloną, lemputė raudona, pirkėjai eina prie kasos."),
            resolve(
                4,
                "Rulonas buvo įdėtas atvirkščiai; apsukus ir uždarius dangtelį iki spragtelėjimo, užsidegė žalia.",
            ),
            hang_up(),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-atneste-skaitytuvas",
        language="lt",
        contact="ramunas",
        type="service_request",
        product="scanner",
        component="Scan engine",
        category="damage",
        installed="H2-77134",
        channel="walk_in",
        impact="person",
        urgency="medium",
        subject="Atneštas skaitytuvas su iškritusiu gaiduku",
        turns=(
            call(
                "Ramūnas atvežė skaitytuvą H2-77134: krito nuo krautuvo, gaidukas iškritęs, langelis sveikas. Nori "
                "palaukti, jei greitai.",
            ),
            note(
                35,
                "Gaiduko spyruoklė nušokusi, ašis sveika. Surinkta, patikrinta 50 nuskaitymų, sandarumas geras. 25 "
                "min. darbo.",
            ),
            resolve(
                6,
                "Gaidukas sutaisytas vietoje, pridėtas ir naujas dirželis, kad kitą kartą nekristų. Kadangi krito, "
                "garantija negalioja, bet 25 minutės telpa į Jūsų išankstines valandas.",
            ),
            accept(3, "Ačiū, kavos irgi gavau"),
        ),
        rating=Rating(5, "Laukiau pusvalandį ir išsivežiau veikiantį."),
    ),
    Story(
        key="lt-pvm-saskaita",
        language="lt",
        contact="loreta",
        type="question",
        product="pos",
        component="Back office",
        category="billing",
        installed="TP-10214",
        channel="email",
        impact="person",
        urgency="low",
        tags=("billing",),
        subject="Sąskaitoje BS-20790 neaiški eilutė „papildomos val.“",
        turns=(
            client(
                0,
                "Laba diena, sąskaitoje BS-20790 yra 3 papildomos valandos, nors dar turime apmokėtų iš anksto. "
                "Prašau paaiškinti, kitaip negaliu tvirtinti.\n\n"
                "Loreta Bagdienė",
            ),
            reply(
                140,
                "Laba diena, Loreta,\n\n"
                "Jūs teisi: dvi valandos buvo darbas sekmadienį, jis į planą neįeina, o trečioji užrašyta per "
                "klaidą. Apskaita dar šiandien išrašys kreditinę sąskaitą už vieną valandą.",
                promise=300,
            ),
            client(65, "Supratau, laukiu kreditinės."),
            resolve(
                420,
                "Atsiprašome, žadėjome vakar, bet kreditinė sąskaita BS-20790-K išsiųsta tik dabar. Ačiū, kad "
                "pastebėjote klaidą.",
            ),
            accept(85),
        ),
        rating=Rating(4),
    ),
    Story(
        key="lt-nauji-naudotojai",
        language="lt",
        contact="jolanta",
        type="service_request",
        product="wms",
        component="Users",
        category="access",
        installed="WL-2208",
        channel="portal",
        impact="group",
        urgency="medium",
        tags=("access",),
        subject="5 nauji sandėlininkai: prisijungimai nuo pirmadienio",
        turns=(
            client(
                0,
                "Pridedu sąrašą su kortelių numeriais. Teisės kaip Petro Laučio: surinkimas ir pervežimai, be "
                "nurašymų. Pirmą darbo dieną jie pas mus bus 7 val.",
            ),
            resolve(
                48,
                "Jolanta, visi penki prisijungimai paruošti, kortelės priskirtos, teisės nukopijuotos be nurašymų. "
                "Pirmieji slaptažodžiai – Jūsų portale, galioja iki pirmo prisijungimo.",
            ),
            accept(25, "Tobula, ačiū."),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-gs1-partija",
        language="lt",
        contact="karolis",
        type="incident",
        product="scanner",
        component="Scan engine",
        category="data",
        installed="H2-77120",
        channel="portal",
        impact="group",
        urgency="medium",
        tags=("ping-pong", "gs1"),
        subject="Nuskaito kodą, bet partijos numeris nepatenka į sistemą",
        turns=(
            client(
                0,
                "Nuo tada, kai gaunam naujo tiekėjo prekes, nuskenavus GS1 kodą ateina tik prekės numeris, o "
                "partijos ir galiojimo nėra. Turim vesti ranka, apie 200 eilučių per dieną.",
            ),
            hand_over(
                34,
                "field",
                client_sees="Iš GS1 kodo ateina tik GTIN, partijos ir datos nėra.",
                tried="Kitų tiekėjų kodai skaitomi pilnai.",
                articles=("scanner-gs1",),
                environment="H2 su Agent 2.8, Lentra 12.4, naujas tiekėjas nuo šio mėnesio.",
                asked="Ar skaitytuvas išsiunčia visą kodą?",
            ),
            note(
                55,
                "Skaitytuvo žurnale kodas pilnas, skirtukas FNC1 perduodamas kaip GS (0x1D). Įranga veikia kaip turi.",
                line=2,
            ),
            transfer(
                5,
                "warehouse",
                "Skaitytuvas atiduoda visą eilutę su skirtuku. Prašom žiūrėti, kas su ja daroma priėmimo lange.",
                line=2,
            ),
            note(
                125,
                "Lentra gauna eilutę be skirtuko: partija susilieja su data, todėl atmetama. Skirtuką turi atsiųsti "
                "skaitytuvas.",
                line=2,
            ),
            transfer(6, "field", "Pas mus 0x1D neateina. Prašom patikrinti klaviatūros režimą.", line=2),
            client(300, "Vyrai, jau dvi dienos. Gal susitarkit tarpusavyje, mes vis dar vedam ranka."),
            reply(
                18,
                "Karoli, teisingai sakote. Abi komandos tikrina kartu prie vieno skaitytuvo, per tris valandas "
                "turėsite atsakymą.",
                promise=180,
            ),
            note(
                70,
                "Rasta kartu: šio tiekėjo kodas „DataMatrix“, o jam Agent turi atskirą klaviatūros režimą, kuris "
                "skirtuką išmeta. „Code 128“ režime jis paliekamas – todėl kitų tiekėjų kodai geri.",
                line=2,
            ),
            resolve(
                30,
                "Karoli, radome: dvimačiams kodams skaitytuvas turėjo atskirą nustatymą, kuris pašalindavo skirtuką "
                "tarp partijos ir datos. Pakeitėme visiems per profilį, patikrinome su Jūsų tiekėjo dėžėmis – "
                "partija ir galiojimas užsipildo patys.",
                line=2,
            ),
            accept(85, "Veikia. Buvo ilgai, bet bent paaiškinot."),
        ),
        rating=Rating(3, "Dvi dienos mėtėsi tarp skyrių."),
    ),
    Story(
        key="lt-kamera-kompresorius",
        language="lt",
        contact="algirdas",
        type="incident",
        product="cold",
        component="Compressor",
        category="temperature",
        installed="C9-1190",
        channel="phone",
        impact="group",
        urgency="high",
        tags=("compressor", "on-site"),
        subject="1 kameroj +9 ir kyla, žuvis!",
        turns=(
            call(
                "Algirdas Stonkelis, išpjovos cechas: C9-1190 rodo +9, klaida E07, kompresorius bando įsijungti ir "
                "išsijungia. Kameroje 1,2 t žuvies, veža į antrą kamerą, bet ji pilna.",
            ),
            hand_over(
                4,
                "field",
                client_sees="+9 °C ir kyla, E07, kompresorius nepasileidžia.",
                tried="Išjungta dešimčiai minučių – tas pats. Durys sandarios, ventiliatoriai sukasi.",
                articles=("cold-high-temperature",),
                environment="C90, valdiklis 2.0, 31 mėnesio, garantija pasibaigusi, yra metinis planas.",
                asked="Reikia išvažiuoti tuoj pat, Klaipėdoje dirba mūsų meistras.",
            ),
            reply(
                6,
                "Algirdai, meistras jau važiuoja, Klaipėdoje bus per valandą. Iki tol įrenginį palikite išjungtą, "
                "duris laikykite uždarytas.",
                line=2,
                promise=60,
            ),
            note(
                58,
                "Vietoje. Kompresoriaus apvija perdegusi, relė apdegusi. Atsarginio kompresoriaus neturime. Atvežtas "
                "mobilus šaldymo agregatas, temperatūra krenta, +4.",
                line=2,
            ),
            reply(
                7,
                "Algirdai, kompresorius sudegęs, jį reikės keisti. Laikinas agregatas šaldo, žuvį galite grąžinti, "
                "kai bus žemiau +2. Jį paliekame, kol gausime dalį.",
                line=2,
            ),
            hand_over(
                12,
                "vendors",
                line=2,
                client_sees="Kamera šaldoma laikinu agregatu.",
                tried="Išmatuota apvija, relė apdegusi. Sandėlyje K2-160 nėra.",
                articles=("cold-high-temperature",),
                environment=(
                    "K2-160, serijos numeris ir nuotraukos pridėtos. Garantija pasibaigusi prieš septynis mėnesius."
                ),
                asked=(
                    "Kompresorius skubos tvarka ir prašymas gamintojui dėl geranoriško sprendimo: neseniai taip pat "
                    "sudegė dar du K2-160."
                ),
            ),
            vendor(
                50,
                "Užsakytas K2-160. Gamintojui išsiųstas prašymas pripažinti broką, nurodyti du tokie patys gedimai.",
                line=3,
            ),
            resume(
                1080,
                "Gamintojas sutinka, kad tai brokas, ir duoda kompresorių nemokamai. Siunta Klaipėdoje bus kitą "
                "darbo dieną.",
                line=3,
            ),
            send_back(
                4,
                "field",
                "Kompresorius atvyksta kitą darbo dieną, už dalį moka gamintojas. Seną grąžinti per dvi savaites.",
                line=3,
            ),
            schedule(
                9,
                "Algirdai, kompresorių keisime kitą darbo dieną nuo 7 val., apie tris valandas. Dalis nemokama – "
                "gamintojas pripažino broką.",
                line=2,
                promise=540,
            ),
            resume(
                560,
                "Pakeista, vakuumas laikė, 6,1 A, po dviejų valandų −1 °C. Valdiklis 2.0 po dingusios įtampos "
                "kompresorių paleidžia jau po 30 s, todėl apvija ir perdegė; c5 nustatyta 3 min. Agregatas išvežtas.",
                line=2,
            ),
            resolve(
                11,
                "Kompresorius pakeistas, kamera dirba įprastai. Po savaitės nuotoliniu būdu dar kartą peržiūrėsime "
                "srovę ir temperatūrą.",
                line=2,
            ),
            accept(180, "Ačiū meistrui, žuvį išgelbėjom."),
        ),
        rating=Rating(5, "Po valandos buvo vietoj. Geriau nebūna."),
    ),
    Story(
        key="lt-vitrinos-tarpine",
        language="lt",
        contact="lina",
        type="service_request",
        product="cold",
        component="Door and seal",
        category="maintenance",
        installed="C9-1204",
        channel="messenger",
        impact="person",
        urgency="medium",
        tags=("on-site",),
        subject="Vitrinos durelės nebeprisitraukia, rasoja stiklas",
        turns=(
            client(
                0,
                "Sveiki, konditerinės vitrinos durelės pastaruoju metu nebeprisitraukia, ryte ant stiklo rasa. Kada "
                "galėtumėt pažiūrėt? Geriausia iki 8 ryto, kol nėra žmonių",
            ),
            hand_over(
                42,
                "field",
                client_sees="Durelės neprisitraukia, stiklas rasoja.",
                tried="Paprašyta nuvalyti tarpinę, nepadėjo.",
                environment="C90, 20 mėnesių, garantija galioja.",
                asked="Tarpinės keitimas, klientė prašo iki 8 val.",
            ),
            schedule(
                65,
                "Laba diena, Lina, meistras atvyks po dviejų darbo dienų 7 val. ryto su nauja tarpine. Darbo apie "
                "pusvalandį, viskas pagal garantiją.",
                line=2,
                promise=1020,
            ),
        ),
    ),
    Story(
        key="lt-svarstykles",
        language="lt",
        contact="ruta",
        type="incident",
        product="pos",
        component="Checkout",
        category="connectivity",
        installed="TP-10214",
        channel="portal",
        impact="person",
        urgency="medium",
        tags=("returned",),
        subject="Kasa nebemato svarstyklių",
        turns=(
            client(0, "Antra kasa nuo ryto nemato svarstyklių, sveriam prie pirmos ir nešam. Eilės didelės"),
            hand_over(
                29,
                "pos",
                client_sees="Antroji kasa nemato svarstyklių.",
                tried="Laidas ištrauktas ir įkištas.",
                environment="POS 6.5.0.",
                asked="Prašom pažiūrėti ryšį su svarstyklėmis.",
            ),
            send_back(
                70,
                "desk",
                "Be svarstyklių modelio ir prievado numerio nerandame, kuri tvarkyklė naudojama. Prašom paklausti ir "
                "perduoti iš naujo.",
                line=2,
            ),
            wait(
                12,
                "Rūta, prašom parašyti, kas užrašyta ant svarstyklių lipduko (modelis), ir nufotografuoti, į kurį "
                "lizdą kišamas laidas. Tada galėsime prisijungti ir sutvarkyti.",
            ),
        ),
    ),
    Story(
        key="lt-inventorizacija",
        language="lt",
        contact="arunas",
        type="incident",
        product="wms",
        component="Stocktake",
        category="malfunction",
        installed="WL-2215",
        channel="email",
        impact="organisation",
        urgency="high",
        tags=("stocktake",),
        subject="Inventorizacija sustojo ties 87 %, negalim nei tęsti, nei atšaukti",
        turns=(
            client(
                0,
                "Sveiki. Metinė inventorizacija, 11 žmonių, ties 87 procentais visi langai užstrigo. Spaudi „Tęsti“ "
                "- rašo „Seansą naudoja kitas procesas“. Sandėlis užrakintas, rytoj ryte krauna 6 mašinas.",
            ),
            reply(
                9,
                "Arūnai, gavome. Suskaičiuoti kiekiai išsaugoti, jie niekur nedings. Sandėlio sistemos kolegos "
                "jungiasi dabar.",
            ),
            hand_over(
                4,
                "warehouse",
                client_sees="Skaičiavimo seansas užrakintas, 11 darbuotojų stovi.",
                tried="Atjungti visi langai, seansas vis tiek užimtas.",
                articles=("wms-stocktake",),
                environment="Lentra 12.3, lauko sandėlis ir angaras, 11 skaitytuvų.",
                asked="Atrakinti seansą nepametant suskaičiuotų kiekių.",
            ),
            note(
                36,
                "Seansą laiko paskirstymo užduotis: ji sustojo ties eilute be lokacijos, o 12.3 tokios eilutės "
                "praleisti nemoka. Rankomis liesti nedrįstam – 4 000 eilučių.",
                line=2,
            ),
            hand_over(
                5,
                "engineering",
                line=2,
                client_sees="Inventorizacija užrakinta ties 87 %.",
                tried="Rasta eilutė be lokacijos (prekė 55190), ties ja užduotis ir sustojo.",
                articles=("wms-stocktake",),
                environment="12.3, duomenų bazės kopija padaryta.",
                asked="Kaip atlaisvinti užduotį su kopija, o paskui ir čia?",
            ),
            note(
                64,
                "Kopijoje patikrinta: eilutei priskyrus lokaciją LAUKAS-0, užduotis užsibaigia, kiekiai sutampa. "
                "12.4 tokių eilučių nebepriima.",
                line=3,
            ),
            send_back(
                3,
                "warehouse",
                "Priskirkite eilutei LAUKAS-0 ir paleiskite užduotį iš naujo, kopijoje viskas sutapo.",
                line=3,
            ),
            resolve(
                21,
                "Arūnai, seansas atlaisvintas, galite tęsti nuo 87 %. Kalta buvo viena prekė be vietos (55190) – ji "
                "laikinai padėta į LAUKAS-0, po inventorizacijos perkelkite kur reikia. Siūlome nemokamai atnaujinti "
                "į 12.4, ten tokių eilučių nebebus.",
                line=2,
            ),
            accept(290, "Baigėm 19 val., mašinos ryte išvažiavo. Ačiū."),
        ),
        rating=Rating(5, "Išgelbėjo metinę inventorizaciją."),
    ),
    Story(
        key="lt-fiskalinis",
        language="lt",
        contact="lina",
        type="incident",
        product="pos",
        component="Fiscal printing",
        category="printing",
        installed="TP-10233",
        channel="phone",
        impact="person",
        urgency="high",
        tags=("fiscal",),
        subject="Kasos aparatas rašo E-14 ir nespausdina kvitų",
        turns=(
            call(
                "Lina: fiskalinis spausdintuvas rodo E-14, nespausdina nė vieno kvito, parduoti negali. Laisvės "
                "alėjoje pilna žmonių, kita kasa veikia.",
            ),
            hand_over(
                8,
                "pos",
                client_sees="Fiskalinis spausdintuvas rodo E-14, kvitų nėra.",
                tried="Išjungtas ir įjungtas, popierius geras.",
                articles=("pos-fiscal-errors",),
                environment="POS 6.4.2, dvi kasos, antroji veikia.",
                asked="E-14 sąraše – „žurnalas pilnas“. Ar galima atlaisvinti vietoje?",
            ),
            note(
                40,
                "E-14 šiame modelyje reiškia ne pilną žurnalą, o atminties patikros klaidą. Plombuotos dalies mes "
                "neliečiame, tai gamintojo serviso darbas.",
                line=2,
            ),
            hand_over(
                6,
                "vendors",
                line=2,
                client_sees="Kasa nedirba, antroji dirba.",
                tried="Žurnalo užimtumas 61 %, taigi ne pilnas. Patikros klaida kartojasi įjungus.",
                articles=("pos-fiscal-errors",),
                environment="Fiskalinis blokas FB-2, plomba sveika.",
                asked="Gamintojo servisas Kaune, jei įmanoma šiandien, ir pakaitinis blokas.",
            ),
            vendor(20, "Servisui perduota, pažadėjo atvykti per keturias valandas su pakaitiniu bloku.", line=3),
            resume(250, "Servisas pakeitė bloką, plomba nauja, protokolas gautas.", line=3),
            send_back(
                3,
                "pos",
                "Blokas pakeistas. Kasą reikia iš naujo užregistruoti programoje, protokolas pridėtas.",
                line=3,
            ),
            resolve(
                25,
                "Lina, kasa užregistruota su nauju fiskaliniu bloku, bandomasis kvitas teisingas. Serviso protokolą "
                "rasite portale, jo gali prireikti tikrintojams.",
                line=2,
            ),
            accept(60, "Ačiū, vakarinis pikas jau praėjo su abiem kasom"),
        ),
        rating=Rating(4, "Sutvarkė, bet pusę dienos dirbom su viena kasa."),
    ),
    Story(
        key="lt-lojalumo-korteles",
        language="lt",
        contact="ugne",
        type="incident",
        product="pos",
        component="Loyalty",
        category="malfunction",
        installed="TP-10262",
        channel="email",
        impact="organisation",
        urgency="medium",
        tags=("loyalty",),
        subject="Naujų lojalumo kortelių kasos neatpažįsta",
        turns=(
            client(
                0,
                "Sveiki, pasigaminom 500 naujų kortelių, senas skaito, naujų ne: „Kortelė nežinoma“. Numeriai "
                "prasideda 9910. Šeštadienį kavinės gimtadienis, dalinsim visiems",
            ),
            hand_over(
                40,
                "pos",
                client_sees="Naujų kortelių (9910…) neatpažįsta, senas (2200…) atpažįsta.",
                tried="Ranka įvestas numeris irgi nerandamas.",
                articles=("pos-loyalty-cards",),
                environment="POS 6.5.0, 500 kortelių, brūkšninis kodas EAN-13.",
                asked="Ar kortelės įkeltos, ir ar kasa priima 9910 intervalą?",
            ),
            note(
                55,
                "Kortelės įkeltos. 6.5.0 kodus, prasidedančius 99, kasa laiko dovanų čekiais ir jų kortelėse net "
                "neieško. Nustatymo tam nėra.",
                line=2,
            ),
            hand_over(
                6,
                "engineering",
                line=2,
                client_sees="Kortelės 9910… laikomos čekiais.",
                tried="Įkėlimas patikrintas, intervalų nustatymo nėra.",
                articles=("pos-loyalty-cards",),
                environment="6.5.0.",
                asked="Ar galima intervalą susiaurinti be naujos versijos? Klientės renginys šeštadienį.",
            ),
            note(
                150,
                "Čekių intervalas 99 įrašytas parametru VOUCHER_PREFIX, tik neparodytas lange. Siaurinam iki 9990, "
                "klientės čekiai telpa.",
                line=3,
            ),
            send_back(
                4,
                "pos",
                "VOUCHER_PREFIX=9990 visose keturiose kasose, perkrauti. 6.5.1 lange bus atskiras nustatymas.",
                line=3,
            ),
            resolve(
                22,
                "Ugne, kasos manė, kad kortelės 9910… yra dovanų čekiai. Pakeitėme visose keturiose kasose, jūsų "
                "atsiųsta kortelė 9910004417 atpažįstama. Gražios šventės!",
                line=2,
            ),
            accept(45, "Patikrinom Užupy ir centre, veikia! Kviečiam kavos :)"),
        ),
        rating=Rating(5, "Suspėjo iki šventės."),
    ),
    Story(
        key="lt-kioskas-stringa",
        language="lt",
        contact="matas",
        type="incident",
        product="kiosk",
        component="Kiosk app",
        category="malfunction",
        installed="TK-0920",
        channel="messenger",
        impact="person",
        urgency="medium",
        tags=("refused",),
        subject="Kioskas užstringa ties „Prašome palaukti“",
        turns=(
            client(
                0,
                "labas, kioskas uzstringa ties Prasome palaukti, kokius 3 kartus per diena. isjungiu is rozetes ir "
                "vel gerai",
            ),
            reply(
                7,
                "Sveiki, Matai. Kitą kartą nejunkite iš rozetės: palaikykite pirštą viršutiniame dešiniajame kampe "
                "penkias sekundes ir spauskite „Paleisti iš naujo“, taip neprarasime žurnalo. O dabar prisijungsime "
                "ir pažiūrėsime.",
            ),
            resolve(
                33,
                "Programėlė buvo užpildžiusi atmintį senais meniu paveikslėliais. Išvalėme ir paleidome iš naujo, "
                "laisva 70 %.",
            ),
            refuse(520, "vel uzstrigo, jau du kartus siandien"),
            hand_over(
                10,
                "pos",
                client_sees="Stringa ties „Prašome palaukti“ kelis kartus per dieną, ir po atminties valymo.",
                tried="Išvalyta paveikslėlių talpykla, paleista iš naujo. Išsaugoti trijų strigimų žurnalai.",
                articles=("kiosk-payment",),
                environment="Kiosk 4.1.2, mokėjimo terminalas tame pačiame tinkle kaip svečių Wi-Fi.",
                asked="Žurnaluose prieš strigimą – terminalas neatsako 30 s. Ar tai tinklas, ar programėlė?",
            ),
            note(
                120,
                "Terminalo ryšys dingsta, kai svečių tinkle daug žmonių. Programėlė turėtų nutraukti laukimą, o ne "
                "stovėti. Sutarta su Ugne perkelti terminalą į kasų tinklą, laukiam jų elektriko.",
                line=2,
            ),
        ),
    ),
    Story(
        key="lt-temperaturos-zurnalas",
        language="lt",
        contact="ingrida",
        type="question",
        product="coldwatch",
        component="Temperature log",
        category="how_to",
        installed="LW-3402",
        channel="phone",
        impact="organisation",
        urgency="high",
        tags=("on-the-spot",),
        subject="Tikrintoja vaistinėje, reikia temperatūros žurnalo už ketvirtį",
        turns=(
            call("Ingrida Tamulė: vaistinėje tikrintoja, prašo trijų mėnesių žurnalo su parašu, randa tik savaitę."),
            resolve(
                7,
                "Kartu atidaryta Temperature log > Period > Quarter > PDF with signature. Dokumentas su abiem "
                "šaldytuvais atidarytas tikrintojos akivaizdoje.",
            ),
            hang_up(),
        ),
        rating=Rating(5, "Per septynias minutes, kol tikrintoja gėrė arbatą."),
    ),
    Story(
        key="lt-lentynu-etiketes",
        language="lt",
        contact="arunas",
        type="service_request",
        product="wms",
        component="Label templates",
        category="configuration",
        installed="WL-2215",
        channel="email",
        impact="group",
        urgency="low",
        tags=("labels",),
        subject="Lentynų etiketėms reikia didesnio šrifto",
        turns=(
            client(
                0,
                "Sveiki, iš krautuvo nesimato lentynos numerio. Ar galit padaryt, kad numeris būtų per visą etiketę, "
                "o brūkšninis kodas apačioj? Etiketė 148x52",
            ),
            hand_over(
                55,
                "warehouse",
                client_sees="Lentynos numeris per mažas, nematyti iš krautuvo.",
                tried="Šablone šriftas jau didžiausias iš siūlomų.",
                environment="Lentra 12.3, šablonas LOK-01, etiketė 148 × 52 mm.",
                asked="Naujas šablonas su numeriu per visą plotį.",
            ),
            reply(
                180,
                "Arūnai, pridedame bandomąją etiketę: numeris 28 mm aukščio, kodas apačioje. Ar taip?",
                line=2,
            ),
            client(230, "Super, tik rodyklę aukštyn/žemyn dar pridėkit"),
            resolve(45, "Pridėta. Šablonas LOK-02 Jūsų sąraše, spausdinama iš Lokacijos > Etiketės.", line=2),
            accept(120, "Dabar ir iš galo matau. Ačiū"),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-velavo-davikliai",
        language="lt",
        contact="nerijus",
        type="claim",
        product="coldwatch",
        component="Sensors",
        category="delivery",
        installed="LW-3391",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("late-delivery",),
        subject="Davikliai pristatyti 12 dienų vėliau, prašau paaiškinti",
        turns=(
            client(
                0,
                "Laba diena,\n\n"
                "4 davikliai (užsakymas 4502) turėjo būti iki mėnesio vidurio, gavome 12 dienų vėliau. Dvi kameras "
                "teko tikrinti rankiniu būdu kas 2 valandas, taip pat naktį. Prašau paaiškinti ir kompensuoti darbo "
                "laiką.\n\n"
                "Nerijus Budrelis",
            ),
            reply(
                75,
                "Laba diena, Nerijau,\n\n"
                "pretenzija užregistruota. Per tris darbo dienas atsakysime su priežastimi ir sprendimu.",
                promise=1620,
            ),
            note(
                260,
                "Davikliai gulėjo mūsų sandėlyje: užsakyme nebuvo telefono, vežėjas siuntą grąžino, o pranešimas "
                "nuėjo į nebenaudojamą pašto dėžutę.",
            ),
            reply(
                700,
                "Nerijau, kalti esame mes: vežėjas siuntą grąžino, o jo pranešimas pateko į dėžutę, kurios niekas "
                "nebeskaitė. Dėžutė panaikinta, vežėjas skambina sandėliui. Už rankinį tikrinimą siūlome dviejų "
                "mėnesių stebėjimo mokestį.",
            ),
            client(310, "Priimtina. Svarbu, kad nepasikartotų."),
            resolve(
                20,
                "Ačiū. Dviejų mėnesių mokestis atimtas iš kitos sąskaitos. Po mėnesio patikrinsime, ar nebuvo nė "
                "vienos pamestos siuntos, ir parašysime Jums.",
            ),
            accept(150),
        ),
        rating=Rating(4, "Sąžiningai prisipažino."),
    ),
    Story(
        key="lt-ne-ta-galvute",
        language="lt",
        contact="karolis",
        type="claim",
        product="printer",
        component="Print head",
        category="parts",
        installed="L3-04502",
        channel="portal",
        impact="group",
        urgency="medium",
        tags=("wrong-parts",),
        subject="Atsiuntėte 203 dpi galvutę vietoj 300 dpi",
        turns=(
            client(
                0,
                "Užsakyme L3-04502 galvutė 300 dpi, dėžutėj 203 dpi. Nuotrauka pridėta. Spausdinam su sena, vienas "
                "taškas nebedega.",
            ),
            reply(
                31,
                "Karoli, matome, dėžutės lipdukas teisingas, o viduje kita galvutė. Atsiprašome. Perduodame įrangos "
                "kolegoms, kad tinkama pasiektų Jus kuo greičiau.",
            ),
            hand_over(
                7,
                "field",
                client_sees="Gauta 203 dpi galvutė, reikia 300 dpi.",
                tried="Nuotrauka: dėžutė pažymėta 300, viduje 203.",
                environment="L300, 300 dpi, garantija baigėsi prieš mėnesį, bet galvutė pirkta dabar.",
                asked="Ar mūsų sandėlyje likusios irgi supakuotos klaidingai?",
            ),
            vendor(
                85,
                "Patikrintos visos šešios sandėlyje – visose 203. Gamintojui išsiųsta pretenzija, nauja siunta su "
                "300 dpi žadama per penkias darbo dienas.",
                line=2,
            ),
        ),
    ),
    Story(
        key="lt-montavimo-darbai",
        language="lt",
        contact="tadas",
        type="claim",
        product="coldwatch",
        component="Sensors",
        category="workmanship",
        installed="LW-3410",
        channel="email",
        impact="person",
        urgency="low",
        tags=("workmanship",),
        subject="Po montavimo liko neužsandarinta skylė kameros sienoje",
        turns=(
            client(
                0,
                "Laba diena, po daviklių montavimo kameros sienoje liko skylė, laidas įvestas, bet neužsandarinta. "
                "Aplink šerkšnas. Prašau sutvarkyti.",
            ),
            reply(
                50,
                "Laba diena, Tadai, taip palikti neturėjome, atsiprašome. Perduodame montuotojams, jie suderins laiką.",
            ),
            hand_over(
                6,
                "field",
                client_sees="Neužsandarinta kabelio įvado anga, aplink šerkšnas.",
                tried="Paprašyta laikinai užkimšti porolonu.",
                environment="2 kameros, Alytus, montuota prieš keturis mėnesius.",
                asked="Užsandarinti putomis ir dangteliu, patikrinti ir antrą kamerą.",
            ),
            schedule(
                140,
                "Tadai, atvyksime po trijų darbo dienų tarp 9 ir 11 val., užsandarinsime abi kameras. Darbas "
                "nemokamas.",
                line=2,
                promise=1560,
            ),
        ),
    ),
    Story(
        key="lt-antra-kepyklele",
        language="lt",
        contact="lina",
        type="enquiry",
        product="pos",
        component="Checkout",
        category="quotation",
        installed="TP-10233",
        channel="messenger",
        impact="organisation",
        urgency="medium",
        tags=("quotation",),
        subject="Atidarom antrą kepyklėlę, kiek kainuotų tas pats?",
        turns=(
            client(
                0,
                "Sveiki! Nuo rudens atidarom antrą kepyklėlę Žaliakalny. Norėtume tokių pačių kasų, vitrinos ir "
                "spausdintuvo. Kiek kainuotų, ir ar pigiau nei pirmą kartą? :)",
            ),
            reply(
                26,
                "Sveiki, Lina, sveikiname! Pigiau bus: licencijos antrai vietai kainuoja pusę, mokytis iš naujo "
                "nebereikės. Pasiūlymą atsiųsime per vieną darbo dieną.",
                promise=540,
            ),
            reply(
                380,
                "Lina, pasiūlymas Q-3342 prisegtas: dvi kasos, vitrina C90, lipdukų spausdintuvas, montavimas vieną "
                "dieną prieš atidarymą. Galioja 45 dienas, tad iki rudens dar galima pagalvoti.",
            ),
            client(290, "Super, tinka, užsakysim kai turėsim raktus"),
            resolve(
                8,
                "Puiku. Pasiūlymas lieka galioti, prieš dvi savaites iki atidarymo patys paskambinsime ir "
                "suderinsime dieną.",
            ),
            accept(40),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-skaitytuvu-nuoma",
        language="lt",
        contact="zilvinas",
        type="enquiry",
        product="scanner",
        component="Scan engine",
        category="quotation",
        channel="email",
        impact="group",
        urgency="low",
        tags=("quotation", "rental"),
        subject="Skaitytuvų nuoma sezonui",
        turns=(
            client(
                0,
                "Sveiki, čia Paukštelis iš Statmenos. Mums pavasarį reik kokių 10 skaitytuvų trim mėnesiam, pirkt "
                "neapsimoka. Ar nuomojat? Kiek?",
            ),
        ),
    ),
    Story(
        key="lt-kasa-neisijungia",
        language="lt",
        contact="gabija",
        type="incident",
        product="pos",
        component="Checkout",
        category="outage",
        installed="TP-10233",
        channel="messenger",
        impact="person",
        urgency="high",
        subject="Neveikia kasa!!",
        turns=(client(0, "kasa neisijungia, juodas ekranas, prasau padet"),),
    ),
    Story(
        key="lt-saskaitos-kopija",
        language="lt",
        contact="edita",
        type="service_request",
        product="connect",
        component="Accounting export",
        category="billing",
        installed="JC-1055",
        channel="email",
        impact="person",
        urgency="low",
        tags=("billing",),
        subject="Prašau sąskaitos BS-20655 kopijos",
        turns=(
            client(
                0,
                "Laba diena, auditui reikia sąskaitos BS-20655 ir priėmimo akto kopijos PDF. Ačiū iš anksto.\n\n"
                "Edita Kubilytė",
            ),
        ),
    ),
    Story(
        key="lt-saldytuvas-bruksneliai",
        language="lt",
        contact="asta",
        type="incident",
        product="cold",
        component="Temperature probe",
        category="temperature",
        installed="C9-1215",
        channel="messenger",
        impact="person",
        urgency="high",
        subject="Šaldytuvas vietoj temperatūros rodo brūkšnelius",
        turns=(
            client(
                0,
                "Laba diena, vaistinės šaldytuvas rodo -- vietoj skaičiaus. Vaistai viduje šalti. Ką daryt? Asta, "
                "Tilžės g.",
            ),
        ),
    ),
    Story(
        key="lt-darbo-laikas",
        language="lt",
        contact="paulius",
        type="service_request",
        product="pos",
        component="Checkout",
        category="configuration",
        installed="TP-10240",
        channel="portal",
        impact="organisation",
        urgency="low",
        subject="Pakeisti vaistinių darbo laiką ant kvito",
        turns=(
            client(
                0,
                "Sveiki, nuo kito mėnesio keičiasi darbo laikas penkiose vaistinėse (lentelė pridėta). Prašau "
                "atnaujinti tekstą kvito apačioje.",
            ),
            reply(
                58,
                "Sveiki, Pauliau, lentelę gavome. Prieš keisdami visur, pirmoje vaistinėje parodysime bandomąjį "
                "kvitą. Paruošime per dvi darbo dienas.",
                promise=1080,
            ),
        ),
    ),
    Story(
        key="lt-darbalaukio-perkelimas",
        language="lt",
        contact="paulius",
        type="service_request",
        product="pos",
        component="Back office",
        category="configuration",
        installed="TP-10240",
        channel="portal",
        impact="person",
        urgency="low",
        tags=("cancelled",),
        subject="Perkelti administravimo langą į naują kompiuterį",
        turns=(
            client(0, "Reikėtų perkelti administravimo langą iš seno kompiuterio į naują. Galiu bet kada po pietų."),
            reply(
                35,
                "Sveiki, Pauliau, galime šiandien 15 val., užtruks apie valandą. Ar naujame kompiuteryje jau veikia "
                "Jūsų prisijungimas?",
                promise=200,
            ),
            cancel(
                90,
                "Paulius praneša, kad naujas kompiuteris grąžinamas pardavėjui; prašymą atšaukia, kreipsis vėliau.",
            ),
        ),
    ),
    Story(
        key="lt-letas-eksportas",
        language="lt",
        contact="edita",
        type="incident",
        product="connect",
        component="Accounting export",
        category="performance",
        installed="JC-1055",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("performance",),
        subject="Sąskaitų eksportas užtrunka 3 valandas",
        turns=(
            client(
                0,
                "Sveiki, sąskaitų eksportas anksčiau trukdavo 15 minučių, dabar tris valandas. Mėnesio pabaiga, "
                "vakare nespėjam patikrinti.",
            ),
            reply(
                44,
                "Laba diena, Edita,\n\n"
                "matome, kad nuo praėjusio mėnesio eksportas kaskart ilgėja. Perduodame integracijų kolegoms, o kol "
                "kas jį galima paleisti per pietus – nieko netrukdys.",
            ),
            hand_over(
                6,
                "warehouse",
                client_sees="Eksportas trunka tris valandas vietoj penkiolikos minučių.",
                tried="Serveris neapkrautas, tinklas geras.",
                articles=("connect-import-errors",),
                environment="Jungta Connect 5.2, 36 mėn., apie 900 tūkst. dokumentų.",
                asked="Kur praleidžiamas laikas?",
            ),
            note(
                160,
                "Prieš kiekvieną dokumentą iš naujo tikrinami visi seni. Laikas auga su dokumentų skaičiumi. "
                "Indeksas nepadeda, keisti reikia pačią patikrą.",
                line=2,
            ),
            hand_over(
                7,
                "engineering",
                line=2,
                client_sees="Eksportas ilgėja su kiekvienu mėnesiu.",
                tried="Užklausų žurnalas pridėtas: 900 tūkst. patikrų vienam dokumentui. Indeksas laiko nesutrumpino.",
                articles=("connect-import-errors",),
                environment="5.2; klientas gali atsinaujinti į 5.3, bet patikra ten ta pati.",
                asked="Ar patikrą galima apriboti neuždarytu laikotarpiu?",
            ),
            note(
                400,
                "Taip, užtenka neuždaryto laikotarpio. Daroma 5.3 papildyme, bandoma su kliento duomenų kopija.",
                line=3,
            ),
        ),
    ),
    Story(
        key="lt-mokymai-baristoms",
        language="lt",
        contact="ugne",
        type="service_request",
        product="pos",
        component="Checkout",
        category="training",
        installed="TP-10262",
        channel="email",
        impact="group",
        urgency="low",
        tags=("training",),
        subject="Trumpi mokymai naujoms baristoms",
        turns=(
            client(
                0,
                "Sveiki, turim tris naujas merginas. Ar galėtumėt vieną rytą prieš atidarymą parodyt kasą? Mokėsim "
                "kaip už valandą.",
            ),
            reply(62, "Laba diena, Ugne, mielai. Siūlome po trijų darbo dienų 7:30, valanda Užupio kavinėje."),
            client(110, "Tinka, ačiū"),
            schedule(
                6,
                "Sutarta: po trijų darbo dienų 7:30 Užupyje. Išmokysime parduoti, anuliuoti ir uždaryti pamainą.",
                promise=1560,
            ),
            resume(1570, "Mokymai įvyko, dalyvavo trys. Daugiausia klausimų apie arbatpinigius.", line=1),
            resolve(15, "Mokymai įvyko, atmintinę su trimis puslapiais palikome prie kasos ir įdėjome į portalą."),
            silence(),
        ),
    ),
    Story(
        key="lt-api-raktas",
        language="lt",
        contact="jolanta",
        type="service_request",
        product="connect",
        component="API",
        category="access",
        installed="JC-1055",
        channel="portal",
        impact="person",
        urgency="medium",
        tags=("security",),
        subject="Pakeisti API raktą, senas galėjo nutekėti",
        turns=(
            client(
                0,
                "Iš įmonės išėjo programuotojas, kuris žinojo mūsų API raktą. Prašau šiandien išduoti naują, seną "
                "panaikinti po mano patvirtinimo, kad neužstrigtų e. parduotuvė.",
            ),
            hand_over(
                11,
                "warehouse",
                client_sees="Reikia pakeisti raktą be prastovos.",
                tried="Tapatybė patvirtinta perskambinus.",
                environment="Connect 5.2, raktą naudoja e. parduotuvė ir ataskaitos.",
                asked="Naujas raktas, senasis galioja iki patvirtinimo.",
            ),
            reply(
                25,
                "Jolanta, naujas raktas Jūsų portalo saugykloje (rodomas vieną kartą). Senasis veikia, kol parašysite.",
                line=2,
            ),
            client(55, "Abu perjungti, galit naikint."),
            resolve(5, "Senasis raktas panaikintas. Po panaikinimo nė vieno bandymo juo prisijungti nebuvo.", line=2),
            accept(12),
        ),
        rating=Rating(5, "Aiškiai ir be prastovos."),
    ),
    Story(
        key="lt-akciju-kainos",
        language="lt",
        contact="ruta",
        type="question",
        product="pos",
        component="Promotions",
        category="how_to",
        installed="TP-10214",
        channel="portal",
        impact="person",
        urgency="low",
        tags=("promotions",),
        subject="Ar galima akciją įvesti iš anksto savaitgaliui?",
        turns=(
            client(
                0,
                "Laba diena, ar galiu ketvirtadienį įvesti akciją, kad ji pati įsijungtų šeštadienį ryte ir "
                "išsijungtų sekmadienį vakare?",
            ),
            resolve(
                21,
                "Laba diena, Rūta, galite: Akcijos > Nauja, laukuose „Nuo“ ir „Iki“ nurodykite datą ir valandą. "
                "Kasos pradeda ir baigia pačios, net jei tuo metu nėra ryšio.",
            ),
            accept(35, "Radau, ačiū!"),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-vitrina-nesaldo",
        language="lt",
        contact="lina",
        type="incident",
        product="cold",
        component="Controller",
        category="temperature",
        installed="C9-1204",
        channel="messenger",
        impact="person",
        urgency="high",
        subject="Vitrina naktį buvo +11",
        turns=(
            client(0, "Labas rytas, atėjom, o vitrinoj +11, dabar jau +7 ir krenta. Tortus išmesti?"),
            reply(
                10,
                "Labas rytas, Lina. Prisijungėme prie valdiklio: naktį nuo 1:10 iki 5:40 nebuvo elektros. Patys "
                "produktai – Jūsų sprendimas, bet kremą, kuris virš +6 išbuvo keturias valandas, rekomenduojame "
                "išmesti. Dabar vitrina šaldo normaliai.",
            ),
            resolve(
                75,
                "Vitrina vėl +4. Gedimo nėra, dingo elektra. Jei norite, kad apie tai praneštų naktį, mažas Ledva "
                "Watch šliuzas tą daro; kainą atsiųsime paprašius.",
            ),
            thanks(20, "Labai ačiū už pagalbą!"),
        ),
    ),
    Story(
        key="lt-vizito-metu-sandariklis",
        language="lt",
        contact="algirdas",
        type="service_request",
        product="cold",
        component="Door and seal",
        category="maintenance",
        installed="C9-1190",
        channel="on_site_visit",
        impact="person",
        urgency="low",
        tags=("on-the-spot",),
        subject="Vizito metu paprašyta sureguliuoti 1 kameros duris",
        turns=(
            call(
                "Meistras buvo ceche dėl kito darbo, Algirdas paprašė pažiūrėti 1 kameros duris: užsidaro tik "
                "stumtelėjus petimi.",
            ),
            resolve(
                20,
                "Sureguliuoti vyriai, patepta spyna, durys užsidaro pačios. 20 min. nurašyta iš išankstinių valandų, "
                "Algirdas pasirašė.",
            ),
            hang_up(),
        ),
        rating=Rating(5),
    ),
    Story(
        key="lt-kvito-tekstas",
        language="lt",
        contact="gabija",
        type="question",
        product="pos",
        component="Fiscal printing",
        category="printing",
        installed="TP-10233",
        channel="messenger",
        impact="person",
        urgency="low",
        subject="Ant kvito nesimato paskutinių raidžių",
        turns=(client(0, "sveiki, ant kvito nukanda pavadinimu galus, pvz. vietoj Varskes bandele raso Varskes band"),),
    ),
    Story(
        key="lt-ataskaita-du-kartus",
        language="lt",
        contact="edita",
        type="incident",
        product="wms",
        component="Reports",
        category="data",
        installed="WL-2208",
        channel="email",
        impact="person",
        urgency="medium",
        tags=("reports",),
        subject="Likučių ataskaitoje tos pačios prekės po du kartus",
        turns=(
            client(
                0,
                "Laba diena, mėnesio likučių ataskaitoje 17 prekių yra po du kartus su tuo pačiu kiekiu. Suma dėl to "
                "per didelė. Ataskaita pridėta.",
            ),
            reply(
                57,
                "Laba diena, Edita,\n\n"
                "ataskaitą gavome, ačiū. Ar tos prekės turi dvi lokacijas? Patikrinsime ir be Jūsų, bet jei žinote – "
                "bus greičiau.",
            ),
            hand_over(
                25,
                "warehouse",
                client_sees="17 prekių likučių ataskaitoje kartojasi.",
                tried="Visos 17 turi po du tiekėjus, kitos – po vieną.",
                articles=("wms-stocktake",),
                environment="Lentra 12.4, ataskaita „Likučiai datai“.",
                asked="Panašu, kad ataskaita dauginama per tiekėjus. Prašom patikrinti užklausą.",
            ),
        ),
    ),
)
