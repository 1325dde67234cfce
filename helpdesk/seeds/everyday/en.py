"""What clients in Estonia, Poland, Germany and Latvia ask every week."""

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
    schedule,
    send_back,
    silence,
    thanks,
    vendor,
    wait,
)

TOPICS = (
    Topic(
        key="en-cashier-pin",
        type="service_request",
        product="pos",
        component="Back office",
        category="access",
        impact="person",
        urgency="high",
        turns=(
            resolve(
                5,
                "Called back on the number on file, gave a one-time PIN; the cashier chose a new one and sells again. "
                "The shop manager got a notice.",
            ),
            hang_up(),
        ),
        asks=(
            Ask(
                "siim",
                "TP-10280",
                "phone",
                "Cashier forgot her PIN, queue at the till",
                "Siim, Riia street. A cashier is back from two weeks off and does not remember the PIN.",
            ),
            Ask(
                "ewa",
                "TP-10291",
                "phone",
                "PIN blocked after four tries",
                "Ewa Sroczka, pharmacy no. 2. The till says that her PIN is blocked, the second till is closed today.",
            ),
            Ask(
                "felix",
                "TP-10302",
                "phone",
                "New cashier cannot sign in at the till",
                "Felix, Kanalstrasse. The new student got a PIN on paper and the paper is gone.",
            ),
            Ask(
                "oskars",
                "TP-10311",
                "phone",
                "PIN does not work since this morning",
                "Oskars. The PIN worked on Saturday, today the till says unknown. He may have mixed up two digits.",
            ),
        ),
        tags=("on-the-spot",),
    ),
    Topic(
        key="en-changed-price-tags",
        type="question",
        product="pos",
        component="Back office",
        category="how_to",
        impact="person",
        urgency="low",
        turns=(
            resolve(
                32,
                "In the back office open Price tags > Changed since and choose the day. Only items with a new price "
                "are listed; take away what you do not need and print. The list can be saved as a view, so next time "
                "it is two clicks.",
            ),
            accept(75, "Works, thank you."),
        ),
        asks=(
            Ask(
                "marten",
                "TP-10280",
                "email",
                "Print only the price tags that changed",
                "Every Monday we print all tags again and throw most of them away. Can the system print only the ones "
                "with a new price?",
            ),
            Ask(
                "inga",
                "TP-10311",
                "email",
                "Which tags must we print after a price change?",
                "After a price change from accounting nobody in the shop knows which tags to replace. Is there a list?",
            ),
            Ask(
                "nadja",
                "TP-10302",
                "portal",
                "List of changed prices per store",
                "Store managers ask me for a list of changed prices every week and I make it by hand. Is there a "
                "better way?",
            ),
            Ask(
                "tomasz",
                "TP-10291",
                "portal",
                "Price tags for changed items only",
                "Question from three pharmacies: how to print tags only for items whose price changed since last week?",
                until=1,
            ),
        ),
    ),
    Topic(
        key="en-z-report-copy",
        type="question",
        product="pos",
        component="Shift close",
        category="how_to",
        impact="person",
        urgency="medium",
        turns=(
            resolve(
                24,
                "Yes: Back office > Shifts, open the day, then Print copy. The copy has the number of the original and"
                " the word COPY on it, which auditors accept. PDF is behind the small arrow beside the button.",
            ),
            accept(140),
        ),
        asks=(
            Ask(
                "helve",
                "TP-10280",
                "email",
                "Copy of a Z report from last month",
                "Good day. The paper Z report of the 14th is not readable any more. Can I get a copy for the auditor?",
            ),
            Ask(
                "sabine",
                "TP-10302",
                "email",
                "Z report Hafenplatz is missing",
                "Hello, the store threw the Z report of Friday away by mistake. Can it be printed once more?",
            ),
            Ask(
                "halina",
                "TP-10291",
                "email",
                "Second print of the daily report",
                "For an inspection I need daily reports of two weeks again, all five pharmacies. How do I print them "
                "without asking everybody?",
            ),
        ),
    ),
    Topic(
        key="en-terminal-offline",
        type="incident",
        product="pos",
        component="Payments",
        category="connectivity",
        impact="group",
        urgency="high",
        turns=(
            reply(
                9,
                "Please take the plug of the card terminal out for ten seconds, wait until it shows Ready, then choose"
                " Payments > Reconnect at the till. Selling for cash goes on meanwhile. Tell us what the terminal says"
                " afterwards.",
            ),
            client(16, "It says Ready, but the till still says no terminal."),
            hand_over(
                5,
                "pos",
                client_sees="The till does not find its card terminal; cash only.",
                tried=(
                    "Terminal without power for ten seconds, then Payments > Reconnect: terminal ready, till still "
                    "without it."
                ),
                environment="Tillora POS, terminal on the shop's own network.",
                asked="Please look at the pairing by remote session.",
            ),
            note(
                25,
                "Terminal got another address from the router; the till keeps the old one. Pairing by name instead of "
                "address.",
                line=2,
            ),
            resolve(
                12,
                "The terminal had got another address in your network, and the till went on looking for the old one. "
                "It now finds it by its name, so a new address does no harm any more. A card payment of one cent went "
                "through and was taken back.",
                line=2,
            ),
            accept(35, "Cards work again."),
        ),
        asks=(
            Ask(
                "oskars",
                "TP-10311",
                "messenger",
                "No card payments in Brivibas shop",
                "terminal and till dont see each other since the power cut, people go away",
            ),
            Ask(
                "felix",
                "TP-10302",
                "phone",
                "Card terminal at till 3 not found",
                "Felix, Kanalstrasse: till 3 says no terminal, tills 1 and 2 work. The queue goes to the door.",
            ),
            Ask(
                "siim",
                "TP-10280",
                "phone",
                "Till lost the card terminal",
                "Siim: after the internet people changed the router, the till says no terminal. Cash only, and he has "
                "no change left.",
            ),
            Ask(
                "ewa",
                "TP-10291",
                "email",
                "Terminal not connected, patients have no cash",
                "Since this morning the terminal is not connected. Patients go to the pharmacy across the street. "
                "Please help.",
            ),
        ),
        tags=("payments",),
    ),
    Topic(
        key="en-label-rolls",
        type="service_request",
        product="printer",
        component="Consumables",
        category="parts",
        impact="person",
        urgency="low",
        turns=(
            resolve(
                38,
                "Ordered for you: the rolls leave our store today and arrive within two working days, at the price of "
                "your list. The invoice comes at the end of the month. If you like, we can send the same number every "
                "month by itself.",
            ),
            accept(1000),
        ),
        asks=(
            Ask(
                "marten",
                "L3-04551",
                "email",
                "20 rolls of 58 × 40, please",
                "Please send 20 rolls 58x40, the right ones this time :) Shop on Riia street.",
            ),
            Ask(
                "zofia",
                "L3-04570",
                "email",
                "Label rolls for hall B",
                "Hello, we need 40 rolls 100x50 thermal for the packing tables by next week.",
            ),
            Ask(
                "ulrike",
                "L3-04588",
                "portal",
                "Order: ribbons and rolls for dispatch",
                "30 rolls 100x150 and 10 ribbons for dispatch please. Same as in spring.",
            ),
        ),
    ),
    Topic(
        key="en-warehouse-login",
        type="service_request",
        product="wms",
        component="Users",
        category="access",
        impact="person",
        urgency="medium",
        turns=(
            wait(
                21,
                "Gladly. Which badge number shall open the scanner, which hall is it for, and may the person correct "
                "stock or only pick and pack?",
            ),
            client(110, "Badge is on the list attached. Picking and packing, no corrections."),
            resolve(
                17,
                "The login is ready, with the role Picker and the badge of your list. The first password is in your "
                "portal and is valid until the first sign-in.",
            ),
            accept(60),
        ),
        asks=(
            Ask(
                "kertu",
                "WL-2230",
                "portal",
                "Two new people in the harbour warehouse",
                "Two pickers start on Monday, please make logins for them.",
            ),
            Ask(
                "bartosz",
                "WL-2241",
                "portal",
                "Lentra login for a temp worker",
                "One temp worker for hall C, four weeks. Please let the login end by itself after that.",
            ),
            Ask(
                "jens",
                "WL-2252",
                "portal",
                "Scanner login for the night shift lead",
                "New night shift lead, needs a scanner login from tomorrow.",
            ),
        ),
    ),
    Topic(
        key="en-stuck-wave",
        type="incident",
        product="wms",
        component="Picking",
        category="malfunction",
        impact="group",
        urgency="medium",
        turns=(
            reply(
                28,
                "Thank you for the number. A wave stays in progress when one of its lines is held by a scanner that "
                "went off. We look which one it is and release it.",
            ),
            hand_over(
                8,
                "warehouse",
                client_sees="A wave stays in progress although everything is picked.",
                tried="All scanners signed off and on; the wave does not close.",
                environment="Lentra WMS, picking by scanner.",
                asked="Please find the line that holds the wave and release it.",
            ),
            note(
                60,
                "One line is held by a session of a scanner that ran out of battery; sessions should end after 30 "
                "minutes, this one did not, since its last step was a zero pick.",
                line=2,
            ),
            hand_over(
                9,
                "engineering",
                line=2,
                client_sees="Wave does not close after a zero pick on a dying scanner.",
                tried="Session released by hand; reproduced with a scanner switched off during a zero pick.",
                environment="Lentra 12.4, seen at two clients.",
                asked="Can the session end by itself also after a zero pick?",
            ),
            note(
                240,
                "The zero pick does not renew the session's time stamp, so the clean-up takes it for new each time. "
                "Easy to correct, goes into 12.5.1.",
                line=3,
            ),
            send_back(
                10,
                "warehouse",
                "Cause known, corrected in 12.5.1. Until then release the session by hand; the screen is Users > "
                "Sessions.",
                line=3,
            ),
            resolve(
                20,
                "The wave is closed. A scanner that ran out of battery in the middle of a line with nothing on the "
                "shelf kept it open. Version 12.5.1 ends such a session by itself; until then your lead can do it "
                "under Users > Sessions.",
                line=2,
            ),
            accept(300, "Understood, thanks."),
        ),
        asks=(
            Ask(
                "rein",
                "WL-2230",
                "email",
                "Wave 8812 will not close",
                "Wave 8812 shows in progress, 100 % picked. Blocks the invoice. It is the third this month.",
            ),
            Ask(
                "zofia",
                "WL-2241",
                "email",
                "Wave in progress since yesterday",
                "Yesterday's last wave is still in progress, everybody says they have finished. I can not release the "
                "next one for the same dock.",
                until=4,
            ),
            Ask(
                "ulrike",
                "WL-2252",
                "portal",
                "Picking wave stays open, truck is waiting",
                "Wave 30117 stays open, all 46 lines are packed. I cannot print the loading list.",
            ),
        ),
    ),
    Topic(
        key="en-weak-battery",
        type="incident",
        product="scanner",
        component="Battery",
        category="maintenance",
        impact="person",
        urgency="medium",
        turns=(
            reply(
                35,
                "Please open the gear > Battery on the scanner and send us the figure behind Health. Below 60 % the "
                "battery is worn out; above it we look for an app that keeps the scanner awake.",
            ),
            client(180, "Health 48 %."),
            hand_over(
                7,
                "field",
                client_sees="Scanner empty after three to four hours.",
                tried="Health read from the settings: 48 %.",
                environment="Skenva H2, original battery.",
                asked="Please check warranty and send a battery.",
            ),
            resolve(
                55,
                "A new battery is on its way and arrives within two working days. The old one can be left in the box "
                "for our collection.",
                line=2,
            ),
            silence(),
        ),
        asks=(
            Ask(
                "kertu",
                "H2-77201",
                "portal",
                "Scanner 5 is empty before lunch",
                "Scanner 5 is empty at eleven, the others last the whole shift. It is always the same one.",
            ),
            Ask(
                "bartosz",
                "H2-77230",
                "portal",
                "Battery of three H2 weak",
                "Three of the older units do not last a shift any more.",
            ),
            Ask(
                "felix",
                "H2-77255",
                "phone",
                "Scanner switches off in the stock room",
                "Felix: scanner is full in the morning and dead at two. He charges it every night.",
            ),
        ),
    ),
    Topic(
        key="en-invoice-refused",
        type="incident",
        product="connect",
        component="Accounting export",
        category="integration",
        impact="group",
        urgency="medium",
        turns=(
            hand_over(
                19,
                "warehouse",
                client_sees="Single documents are refused by the accounting program.",
                tried="Sent again by hand, refused again with the same message.",
                environment="Jungta Connect, accounting program updated this month.",
                asked="What does the accounting program dislike about these documents?",
            ),
            note(
                70,
                "The refused ones all have a line with a quantity of three decimals; accounting takes two since its "
                "update.",
                line=2,
            ),
            reply(
                9,
                "We have found what the refused documents have in common: a quantity with three decimals, such as "
                "0.125 kg. Your accounting program takes only two since its update. We prepare a rounding in the "
                "export and send you a sample before it is switched on.",
                line=2,
            ),
            client(160, "Sample is fine, switch it on please."),
            resolve(
                14,
                "Rounding is on, and the waiting documents have gone through. The journal of the export shows for each"
                " of them what was rounded.",
                line=2,
            ),
            accept(45),
        ),
        asks=(
            Ask(
                "bartosz",
                "JC-1072",
                "portal",
                "7 invoices rejected by accounting, code Q-17",
                "Seven of 300 invoices of today are rejected: Q-17 quantity format. Nothing changed on our side.",
            ),
            Ask(
                "jens",
                "JC-1080",
                "email",
                "Export: Q-17 on some documents",
                "Q-17 for documents with decimal quantities since yesterday. Payload attached.",
            ),
            Ask(
                "inga",
                "JC-1088",
                "email",
                "Some invoices do not arrive in accounting",
                "Every day two or three invoices are missing in accounting and I enter them by hand. Red line says "
                "quantity format.",
            ),
        ),
    ),
    Topic(
        key="en-sensor-battery",
        type="service_request",
        product="coldwatch",
        component="Sensors",
        category="maintenance",
        impact="person",
        urgency="low",
        turns=(
            resolve(
                44,
                "The sensor takes a lithium cell CR123A; after the change hold the button for three seconds, it then "
                "finds its gateway by itself. Readings of the last 48 hours stay in it. Two cells are on the way to "
                "you, free of charge within the warranty.",
            ),
            accept(420, "Changed, sensor is back."),
        ),
        asks=(
            Ask(
                "rein",
                "LW-3421",
                "email",
                "Low battery warning, sensor 9",
                "Sensor 9 in hall 3 warns of low battery. Which cell, and do I lose readings when I open it?",
            ),
            Ask(
                "ewa",
                "LW-3430",
                "email",
                "Small red light on the temperature sensor",
                "The white sensor in our fridge blinks red once a minute. Temperature is good. Must I do something?",
                until=0,
            ),
        ),
    ),
    Topic(
        key="en-printer-offline",
        type="incident",
        product="printer",
        component="Network card",
        category="connectivity",
        impact="person",
        urgency="medium",
        turns=(
            reply(
                18,
                "Please hold Feed and Pause together for three seconds: the printer prints a page with its address. "
                "Send us a photo of it, we compare it with the address in your system.",
            ),
            client(65, "Photo attached."),
            resolve(
                11,
                "The router gave the printer another address. We entered the new one and asked your network for a "
                "fixed one, so it stays. A test label came out.",
            ),
            thanks(25, "Thank you very much, it works!"),
        ),
        asks=(
            Ask(
                "marten",
                "L3-04551",
                "email",
                "Printer offline after router change",
                "Computer says printer offline. Printer itself says ready.",
            ),
            Ask(
                "zofia",
                "L3-04570",
                "email",
                "Packing table 4: printer not reachable",
                "The printer on table 4 does not print from the system, only the test page from its own menu.",
            ),
            Ask(
                "ulrike",
                "L3-04588",
                "portal",
                "Dispatch printer offline again",
                "Printer in dispatch is offline every Monday morning, after a restart it works until the next Monday.",
            ),
        ),
    ),
    Topic(
        key="en-fiscal-counter",
        type="incident",
        product="pos",
        component="Fiscal printing",
        category="malfunction",
        impact="group",
        urgency="high",
        turns=(
            reply(
                12,
                "We have your report. Please go on selling on the other tills; the receipts of this one are safe in "
                "its memory. Our specialists look at the counter now.",
            ),
            hand_over(
                5,
                "pos",
                client_sees="The till refuses to sell: fiscal counter differs.",
                tried="Till restarted once; same message.",
                environment="Tillora POS 6.5.0, fiscal printer.",
                asked="Please compare the counters and say whether selling may go on.",
            ),
            note(
                35,
                "Printer is one receipt ahead of the till: power went away between printing and booking. The tool that"
                " repairs this refuses 6.5.0.",
                line=2,
            ),
            hand_over(
                6,
                "engineering",
                line=2,
                client_sees="Counter of the fiscal printer one ahead of the till.",
                tried="Repair tool: says version not supported.",
                environment="6.5.0, repair tool of 6.4.",
                asked="Please build the tool for 6.5, or tell us the safe way by hand.",
            ),
            note(
                150,
                "Tool for 6.5 is built and signed; books the missing receipt as printed without a sale, with today's "
                "date and a note for the tax office.",
                line=3,
            ),
            send_back(
                8,
                "pos",
                "Use the tool of today's build. One till at a time, with the shop manager beside it.",
                line=3,
            ),
            resolve(
                30,
                "The missing receipt is booked and the till sells again. It happened because power went away in the "
                "half second between printing and booking. The paper for your tax office is in your portal.",
                line=2,
            ),
            accept(90),
        ),
        asks=(
            Ask(
                "helve",
                "TP-10280",
                "phone",
                "Till 2 blocked: fiscal counter differs",
                "Helve Kaskmaa: after a power cut till 2 says counter differs and does not sell.",
            ),
            Ask(
                "nadja",
                "TP-10302",
                "phone",
                "Hafenplatz: till stopped, fiscal counter",
                "Nadja: in Hafenplatz a till stopped with fiscal counter differs. Two others work.",
            ),
            Ask(
                "inga",
                "TP-10311",
                "email",
                "Fiscal counter differs by one",
                "Our till in the small shop says the fiscal counter differs by one receipt and it does not let us "
                "sell.",
            ),
        ),
        tags=("fiscal",),
    ),
    Topic(
        key="en-agent-restarts",
        type="incident",
        product="scanner",
        component="Skenva Agent",
        category="malfunction",
        impact="group",
        urgency="medium",
        turns=(
            reply(
                40,
                "Thank you. Please leave one of these scanners in its cradle tonight with the journal switched on: "
                "Agent > Journal > Detailed. Tomorrow morning we read it from here.",
            ),
            client(500, "Done, it restarted twice in the night."),
            hand_over(
                10,
                "field",
                client_sees="The Agent starts anew by itself, the open task is lost.",
                tried="Journal of one night read: restart each time the price list arrives.",
                environment="Skenva H2, price list of 90,000 items.",
                asked="Is the scanner's memory too small for this list?",
            ),
            note(
                95,
                "Memory is enough; the Agent keeps the old list until the new one is complete and a third copy while "
                "comparing. That is too much for 2 GB.",
                line=2,
            ),
            hand_over(
                7,
                "engineering",
                line=2,
                client_sees="Restart at each transfer of a long list.",
                tried="With 30,000 items no restart, with 90,000 always.",
                environment="Agent 2.8, H2 with 2 GB.",
                asked="Please compare the lists without a third copy.",
            ),
            note(280, "Compares in blocks now. Test build runs here with 200,000 items since noon.", line=3),
        ),
        asks=(
            Ask(
                "kertu",
                "H2-77201",
                "portal",
                "Scanners restart while picking",
                "Two or three times a day a scanner restarts and the line is lost. Different scanners.",
            ),
            Ask(
                "bartosz",
                "H2-77230",
                "portal",
                "Agent 2.8 restarts at 13:00",
                "All handhelds restart the Agent at 13:00, when the item list is transferred. 90k items.",
            ),
        ),
    ),
    Topic(
        key="en-print-head",
        type="incident",
        product="printer",
        component="Print head",
        category="damage",
        impact="group",
        urgency="medium",
        turns=(
            reply(
                26,
                "Please clean the print head once with the pen from the box, cold, and print the test page. A line "
                "that stays white is a dead point of the head; then we send somebody with a new one.",
            ),
            client(200, "Cleaned, the white line is still there, right in the code."),
            hand_over(
                9,
                "field",
                client_sees="White line across all labels, scanners do not read the code.",
                tried="Head cleaned, test page printed: the same line.",
                environment="Lapris L300.",
                asked="Replace the head; please check the warranty first.",
            ),
            note(80, "Head has 31 km behind it, half of its life. Warranty is for the maker to decide.", line=2),
            hand_over(
                8,
                "vendors",
                line=2,
                client_sees="Dead point in the print head.",
                tried="Photo of the test page, counter of the head noted.",
                environment="Head at 31 km.",
                asked="Will the maker replace it under warranty?",
            ),
            vendor(40, "Asked the maker with photos; they answer within three working days.", line=3),
        ),
        asks=(
            Ask(
                "ulrike",
                "L3-04588",
                "portal",
                "White line through every label",
                "There is a thin white line through every label and the parcel service refuses them.",
            ),
            Ask(
                "marten",
                "L3-04551",
                "email",
                "Stripe on price labels",
                "All labels have a white stripe now, the codes can not be read at the till.",
            ),
            Ask(
                "zofia",
                "L3-04570",
                "email",
                "Codes not readable, printer table 4",
                "Customers complain that codes from table 4 cannot be scanned. I see a fine line in them.",
            ),
        ),
    ),
    Topic(
        key="en-second-till",
        type="enquiry",
        product="pos",
        component="Checkout",
        category="quotation",
        impact="organisation",
        urgency="low",
        turns=(
            reply(
                65,
                "Thank you for asking. The quotation comes within one business day. May we take it that the new till "
                "shall be like your present ones, with the same kind of card terminal?",
                promise=540,
            ),
            client(240, "Yes, the same."),
            reply(
                200,
                "The quotation is attached: one till with licence, scanner and drawer, half a day of installation, an "
                "hour of training. It is valid for 30 days.",
            ),
            client(900, "Good. We decide next week."),
            resolve(
                15,
                "Gladly; the quotation stays valid, and your order can refer to its number. We close the request here.",
            ),
            silence(),
        ),
        asks=(
            Ask(
                "marten",
                "TP-10280",
                "email",
                "Price for a fourth till",
                "How much is one more till, everything included? Riia street gets a second counter in summer.",
            ),
            Ask(
                "david",
                "TP-10311",
                "phone",
                "A till for the market stall",
                "David Merrowby wants a price for one small till at the Saturday market, only from May to September.",
            ),
            Ask(
                "tomasz",
                "TP-10291",
                "portal",
                "Quotation: one till for pharmacy no. 4",
                "Please quote one additional till for pharmacy no. 4 incl. terminal.",
            ),
        ),
    ),
    Topic(
        key="en-training-hour",
        type="service_request",
        product="wms",
        component="Stocktake",
        category="training",
        impact="group",
        urgency="low",
        turns=(
            reply(
                48,
                "With pleasure. One hour online is right for up to ten people. We suggest the day after tomorrow at "
                "10:00; the link needs nothing but a browser.",
            ),
            client(150, "10:00 is good."),
            schedule(
                8,
                "Booked: the day after tomorrow at 10:00, one hour. Please have last year's count lists at hand, then "
                "we practise with your own data.",
                promise=1080,
            ),
        ),
        asks=(
            Ask(
                "kertu",
                "WL-2230",
                "portal",
                "Stocktake training before the year's end",
                "We do our first full stocktake with Lentra this year. Can somebody show us, one hour?",
            ),
            Ask(
                "zofia",
                "WL-2241",
                "email",
                "Short training: stocktake",
                "Could we have a short training for shift leads on stocktake? Last year we lost half a day.",
            ),
        ),
    ),
    Topic(
        key="en-stock-to-shop",
        type="incident",
        product="connect",
        component="E-shop import",
        category="integration",
        impact="group",
        urgency="medium",
        turns=(
            hand_over(
                22,
                "warehouse",
                client_sees="The web shop sells what is not in stock.",
                tried="Transfer started by hand: finishes without an error.",
                environment="Jungta Connect, transfer every 15 minutes.",
                asked="Which stock is sent, free or total?",
            ),
            note(
                75,
                "Total stock is sent, reserved pieces included, since the mapping was copied from the test system.",
                line=2,
            ),
        ),
        asks=(
            Ask(
                "bartosz",
                "JC-1072",
                "portal",
                "Web shop shows stock that is reserved",
                "Our shop sold 12 pieces that were reserved for another order. Looks like reserved stock is exported "
                "as free.",
            ),
            Ask(
                "jens",
                "JC-1080",
                "api",
                "Stock export includes reserved quantity",
                "GET /v2/stock returns total instead of free since the last mapping change. Expected free.",
            ),
            Ask(
                "oskars",
                "JC-1088",
                "email",
                "Internet shop sells more than we have",
                "Three customers bought the last coffee machine. Please look at it",
            ),
        ),
    ),
)
