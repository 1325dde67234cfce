"""What clients in Estonia, Poland, Germany and Latvia wrote in English, and what became of it."""

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
        key="en-blank-labels-gdansk",
        language="en",
        contact="bartosz",
        type="incident",
        product="printer",
        component="Firmware",
        category="printing",
        installed="L3-04570",
        channel="portal",
        impact="group",
        urgency="high",
        tags=("firmware", "blank-labels"),
        subject="Blank label after every printed one since firmware 3.11",
        turns=(
            client(
                0,
                "Hi,\n\n"
                "printer on packing table 4 (L3-04570) feeds one empty label after every printed one. Started the "
                "morning after the 3.11 firmware. It is not the template, same job on 3.10 in hall C is fine. We "
                "throw away half a roll per hour.\n\n"
                "Bartosz",
            ),
            reply(
                22,
                "Good morning Bartosz,\n\n"
                "thank you, this is very exact. Two quick questions so that we look in the right place: does the "
                "empty label also come when you press Feed on the panel, and has the printer been asleep before it "
                "starts?",
            ),
            client(
                35,
                "Feed button: no, clean. And yes, now that you say it - after the lunch break it is always bad, "
                "after a restart it is ok for a while.",
            ),
            note(
                6,
                "Pattern: fine after power-on, wrong after sleep. Nothing about it in the knowledge base. Not a "
                "gap-sensor dirt problem, Feed is clean.",
            ),
            hand_over(
                5,
                "field",
                client_sees=(
                    "One empty label after each printed one; good after power-on, bad again after the printer has "
                    "slept."
                ),
                tried=(
                    "Cleaned sensor, recalibrated by Feed 5 s: helps until the next sleep. Same template on 3.10 "
                    "prints correctly."
                ),
                articles=("printer-blank-labels", "printer-calibrate-sensor"),
                environment=(
                    "L300, firmware 3.11, serial L3-04570, cutter module B, Ethernet, labels 100 × 50 mm with gap."
                ),
                asked="Is this a sensor fault or the firmware? Client can test on one printer during the day.",
            ),
            note(
                65,
                "Same on our bench unit: 3.11, sleep 15 min, wake by job: sensor threshold reads 0x00. On 3.10 it "
                "reads 0x5A. So the stored calibration is not reloaded on wake.",
                line=2,
            ),
            reply(
                8,
                "Bartosz, we have reproduced it here: after sleep the printer forgets its label calibration. As a "
                "stopgap please switch sleep off: Menu > Power > Sleep > Off, then hold Feed for five seconds once. "
                "Our engineers are looking at the cause.",
                line=2,
            ),
            hand_over(
                10,
                "engineering",
                line=2,
                client_sees="Empty label after each label, only after wake-up.",
                tried=(
                    "Reproduced on the bench in 15 minutes. Threshold register 0x00 after wake on 3.11, 0x5A on 3.10."
                ),
                articles=("printer-calibrate-sensor",),
                environment="Firmware 3.11 build 1182, sensor boards rev. C and D alike.",
                asked="Confirm the cause and say whether switching sleep off is a safe workaround until a fix.",
            ),
            note(
                190,
                "Confirmed. The power manager in 3.11 reinitialises the sensor driver on wake with defaults instead "
                "of the stored values. One missing call. Fix goes into 3.12.",
                line=3,
            ),
            send_back(
                12,
                "field",
                "Cause known: calibration is not reloaded on wake in 3.11. Workaround is right and safe (sleep off + "
                "one calibration). Rolling back to 3.10 is also fine. 3.12 is in test.",
                line=3,
            ),
            resolve(
                15,
                "Cause found: firmware 3.11 does not reload the label calibration when the printer wakes up. With "
                "sleep switched off and one calibration (hold Feed 5 s) the printer works correctly; 3.10 is not "
                "affected. Firmware 3.12 mends it, we will write to you when it is released.",
                line=2,
            ),
            accept(140, "Works, no blanks since yesterday. Please do tell me when 3.12 is out."),
        ),
        rating=Rating(5, "Fast and they actually reproduced it."),
    ),
    Story(
        key="en-blank-labels-tartu",
        language="en",
        contact="siim",
        type="incident",
        product="printer",
        component="Firmware",
        category="printing",
        installed="L3-04551",
        channel="phone",
        impact="person",
        urgency="medium",
        tags=("firmware", "blank-labels"),
        subject="Label printer wastes labels, every second one is empty",
        turns=(
            call(
                "Siim from Loodetuul, Riia street. The label printer in the back room gives an empty label after "
                "each price label. He has changed the roll twice. The printer sleeps overnight and it begins in the "
                "morning.",
            ),
            reply(
                9,
                "Hello Siim,\n\n"
                "as we said on the phone: on the printer press Menu, then Power, then Sleep, and choose Off. After "
                "that hold the Feed button for five seconds, it will run out three labels and stop. Please print ten "
                "labels and tell us if any is empty.",
            ),
            client(48, "did that. ten labels, ten good"),
            resolve(
                5,
                "Glad to hear it. The printer lost its label setting each time it woke up; this is a known fault of "
                "firmware 3.11. Leave Sleep off. When the corrected firmware is ready, we will install it for you "
                "remotely.",
            ),
            accept(20, "ok thanks"),
        ),
        rating=Rating(5),
    ),
    Story(
        key="en-blank-labels-hamburg",
        language="en",
        contact="ulrike",
        type="incident",
        product="printer",
        component="Firmware",
        category="printing",
        installed="L3-04588",
        channel="email",
        impact="group",
        urgency="high",
        tags=("firmware", "blank-labels", "refused"),
        subject="Dispatch printer: empty labels in between, again",
        turns=(
            client(
                0,
                "Dear support,\n\n"
                "our dispatch label printer L3-04588 puts an empty label between the parcels labels. Driver of the "
                "parcel service is waiting here every afternoon because of this. Please help today.\n\n"
                "Ulrike Vossbach",
            ),
            reply(
                18,
                "Dear Ulrike,\n\n"
                "this is a known fault of firmware 3.11: after sleep the printer forgets where a label begins. "
                "Please set Menu > Power > Sleep to Off and hold Feed for five seconds. That takes two minutes and "
                "needs no restart.",
            ),
            resolve(
                42,
                "Sleep is switched off and the printer is calibrated, so it should stay correct. Firmware 3.12 will "
                "mend the cause.",
            ),
            refuse(
                410,
                "No. We switch off the whole dispatch corner at the wall every evening and next morning Sleep is On "
                "again and the blanks are back. This is not solved.",
            ),
            note(
                12,
                "On 3.11 the Sleep setting itself does not survive a hard power cut. Rolling back looks like the "
                "only thing that holds for them.",
            ),
            hand_over(
                6,
                "field",
                client_sees="Workaround is lost every time the power is cut at the wall.",
                tried="Sleep off + calibration twice; both gone after a hard power-off.",
                articles=("printer-blank-labels",),
                environment="L300, 3.11, power cut every evening by a wall switch.",
                asked="Please roll the printer back to 3.10 remotely; the client is free until 11:00 their time.",
            ),
            reply(
                35,
                "Dear Ulrike, we would like to put the previous firmware 3.10 on the printer. It takes about ten "
                "minutes, nobody needs to stand beside it. May we begin now?",
                line=2,
            ),
            client(15, "Yes please begin"),
            note(
                30,
                "Rolled back to 3.10, settings restored, 20 labels, hard power cycle, 20 more: all good. Took the "
                "printer off the automatic update list.",
                line=2,
            ),
            resolve(
                4,
                "The printer is back on firmware 3.10. We cut the power once on purpose and printed forty labels, "
                "none was empty. It will not update itself any more until 3.12 has been tested with a wall switch "
                "like yours.",
                line=2,
            ),
            accept(480, "Today was good. Thank you."),
        ),
        rating=Rating(3, "Second answer was good. The first one should have asked whether we cut the power."),
    ),
    Story(
        key="en-day-close-berlin",
        language="en",
        contact="nadja",
        type="incident",
        product="pos",
        component="Shift close",
        category="outage",
        installed="TP-10302",
        channel="phone",
        impact="organisation",
        urgency="high",
        tags=("shift-close", "escalated"),
        subject="Shift close hangs at 99 % in four stores",
        turns=(
            call(
                "Nadja Brandlhof: since last night Kanalstrasse, Hafenplatz and two more stores cannot close the "
                "shift, bar stays at 99 %. Tills can still sell, but the Z report is missing and cash cannot be "
                "counted. She is annoyed, has been waiting since 21:40.",
            ),
            reply(
                7,
                "Dear Nadja,\n\n"
                "we have your report and are treating it as urgent. Please do not restart the tills in the middle of "
                "a close. We write again within the hour with what we know.",
                promise=60,
            ),
            hand_over(
                8,
                "pos",
                client_sees="Shift close stays at 99 %, no Z report, four of eleven stores.",
                tried=(
                    "Looked at the till log of Kanalstrasse by remote session: last line ShiftClose: waiting for "
                    "reversal, voucher 0."
                ),
                articles=("pos-shift-close",),
                environment="Tillora POS 6.5.0 on all stores, updated last week; vouchers in use since then.",
                asked="How do we get the Z reports out today, and what is voucher 0?",
            ),
            note(
                25,
                "All four stores voided a gift voucher yesterday. The other seven did not. Same log line as at "
                "another client this morning.",
                line=2,
            ),
            reply(
                5,
                "Dear Nadja, we know now what your four stores have in common: each voided a gift voucher yesterday. "
                "Our developers get it this minute. Next news in an hour at the latest.",
                line=2,
                promise=60,
            ),
            hand_over(
                6,
                "engineering",
                line=2,
                client_sees="Close hangs in every store that voided a gift voucher on the day.",
                tried=(
                    "Compared stores with and without a voided voucher. Restart does not help. The reversal has no "
                    "number in table voucher_reversal."
                ),
                articles=("pos-shift-close",),
                environment=(
                    "6.5.0 build 4410, both clients have fiscal printers of different makes, so not the printer."
                ),
                asked="A statement or a switch that lets the close go through without losing the reversal.",
            ),
            note(
                55,
                "Numbering of reversals was moved after the close lock in 6.5.0, so a reversal made on the same day "
                "never gets its number and the close waits for ever. Back office can confirm it by hand: Vouchers > "
                "Reversals > Confirm without number. Fix in 6.5.1.",
                line=3,
            ),
            send_back(
                4,
                "pos",
                "Use Confirm without number in the back office, then repeat the close. Books stay right: the "
                "reversal is numbered by the next day's counter. 6.5.1 numbers it at once.",
                line=3,
            ),
            reply(
                6,
                "Dear Nadja, here is the way out: in the back office open Vouchers > Reversals, select the line "
                "without a number, choose Confirm without number and close the shift again. We did Kanalstrasse with "
                "you on the line; shall we do the other three?",
                line=2,
            ),
            client(12, "We can do it ourselves, Hafenplatz just closed. Finally."),
            resolve(
                20,
                "All four stores are closed and the Z reports are there. The cause is in version 6.5.0: a gift "
                "voucher voided on the same day blocks the close. Version 6.5.1 corrects it; until then the step "
                "above helps. We have sent it as a one-page note for all store managers.",
                line=2,
            ),
            accept(240, "Accepted. I expect 6.5.1 very soon please."),
        ),
        rating=Rating(4, "Long night for us but good information during the day."),
    ),
    Story(
        key="en-day-close-riga",
        language="en",
        contact="oskars",
        type="incident",
        product="pos",
        component="Shift close",
        category="malfunction",
        installed="TP-10311",
        channel="email",
        impact="group",
        urgency="high",
        tags=("shift-close",),
        subject="Cannot close the day, stuck at 99%",
        turns=(
            client(
                0,
                'Hello, both tills in Brivibas shop stay on "Closing shift... 99%" for 40 minutes now. Girls want to '
                "go home. What to do?? Version 6.5.0",
            ),
            reply(
                11,
                "Hello Oskars,\n\n"
                "very likely a gift voucher was voided today. In the back office open Vouchers > Reversals. If there "
                "is a line without a number, select it, choose Confirm without number, then close the shift again.",
            ),
            client(14, "There was one! closing now"),
            resolve(
                9,
                "Well done. The close waited for that reversal; it is a fault of version 6.5.0 and will be gone in "
                "6.5.1, which we offer you as soon as it is released.",
            ),
            thanks(30, "thank you, very fast"),
        ),
    ),
    Story(
        key="en-scanner-roaming-tallinn",
        language="en",
        contact="kertu",
        type="incident",
        product="scanner",
        component="Wi-Fi",
        category="connectivity",
        installed="H2-77201",
        channel="portal",
        impact="group",
        urgency="high",
        tags=("wifi", "roaming"),
        subject="Scanners lose Wi-Fi when walking between cold hall and dock",
        turns=(
            client(
                0,
                'When our pickers walk from cold hall 2 to the dock the scanner says "No connection" for half a '
                "minute and the picking line is lost. All eight H2 do it. Since Agent 2.8 I think.",
            ),
            reply(
                31,
                "Hello Kertu,\n\n"
                "thank you. Agent 2.8 does have a fault with fast roaming between access points. Please try one "
                "scanner first: Agent > Network > Fast roaming > Off, then walk the same way three times.",
            ),
            client(95, "Tried on two scanners. Still lost, maybe a little shorter. Around 20 sec."),
            note(
                10,
                "The usual workaround does not help here. Access points are new (WPA3 only), the earlier cases were "
                "all WPA2.",
            ),
            hand_over(
                7,
                "field",
                client_sees="Connection lost for 20–30 s between cold hall and dock, eight scanners.",
                tried="Fast roaming off on two scanners: shorter, not gone.",
                articles=("scanner-wifi",),
                environment="Agent 2.8, WPA3-only network, controller changed two months ago, cold hall at +2 °C.",
                asked="Is there a setting for WPA3, or is this another fault than the known one?",
            ),
            note(
                180,
                "Remote capture with the client's IT: full SAE handshake at each change of access point, 18 s each. "
                "PMK is not cached. Agent 2.7 behaves the same, so not the 2.8 fault.",
                line=2,
            ),
            reply(
                6,
                "Kertu, we watched one scanner over the network together with Rein. It signs in from the beginning "
                "at every access point, which takes 18 seconds. That is different from the fault we know, so the "
                "makers of the scanner software are looking at it now.",
                line=2,
            ),
            hand_over(
                12,
                "engineering",
                line=2,
                client_sees="18 s without connection at each change of access point on a WPA3 network.",
                tried="Capture attached. PMK caching absent in 2.7 and 2.8. Fast roaming off shortens by 10 s only.",
                articles=("scanner-wifi",),
                environment="WPA3-SAE, 5 GHz only, 6 access points, Agent 2.8.",
                asked=(
                    "Can the Agent cache the key under WPA3? If not, what do we tell a client who may not go back "
                    "to WPA2?"
                ),
            ),
            note(
                320,
                "The Wi-Fi chip can do it, the Agent never asks for it. Trying a build with the flag set; needs a "
                "device in a real hall with more than one access point.",
                line=3,
            ),
        ),
    ),
    Story(
        key="en-scanner-roaming-duplicate",
        language="en",
        contact="rein",
        type="incident",
        product="scanner",
        component="Wi-Fi",
        category="connectivity",
        installed="H2-77201",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("wifi", "roaming"),
        subject="H2 handhelds drop off the new WPA3 network",
        turns=(
            client(
                0,
                "All H2 units drop when changing AP. New controller, WPA3-SAE, 5 GHz. I can give you a capture. "
                "Kertu may have reported it as well.\n\n"
                "Rein",
            ),
            reply(
                25,
                "Hello Rein, she has, thank you for asking. We will keep both reports together so that nobody has to "
                "explain twice. A capture would help very much.",
            ),
            merge(
                4,
                "en-scanner-roaming-tallinn",
                "Same scanners, same halls as Kertu's report; Rein's capture offer noted there.",
            ),
        ),
    ),
    Story(
        key="en-scanner-roaming-berlin",
        language="en",
        contact="felix",
        type="incident",
        product="scanner",
        component="Wi-Fi",
        category="connectivity",
        installed="H2-77255",
        channel="phone",
        impact="person",
        urgency="medium",
        tags=("wifi", "roaming"),
        subject="Scanner says no connection in the stock room",
        turns=(
            call(
                "Felix, store Kanalstrasse. Scanner loses the network between shop floor and stock room, comes back "
                "after a while. He must finish a delivery of drinks. Does not know the version, thinks it updated "
                "itself.",
            ),
            reply(
                12,
                "Hello Felix,\n\n"
                "please press the gear on the scanner, then Network, and switch Fast roaming off. Then walk once "
                "from the shop floor to the stock room and back.",
            ),
            wait(
                3,
                'Could you also tell us what stands behind "Agent version" on the same page? And does the scanner '
                "keep the connection now?",
            ),
        ),
    ),
    Story(
        key="en-certificate-gdansk",
        language="en",
        contact="bartosz",
        type="incident",
        product="connect",
        component="Certificates",
        category="integration",
        installed="JC-1072",
        channel="api",
        impact="organisation",
        urgency="high",
        tags=("certificate",),
        subject="Accounting export stopped: TLS handshake failed (0x52)",
        turns=(
            client(
                0,
                "No invoice has left Jungta since 06:00. Log:\n\n"
                "[exchange] TLS handshake failed: certificate has expired (0x52)\n\n"
                "Our own certs are valid until next year, so it must be on your side. 214 documents in the queue.",
            ),
            reply(
                14,
                "Bartosz, received. It does look like the connector's own trust store and not your certificate. Our "
                "integration people have it in a minute.",
            ),
            hand_over(
                5,
                "warehouse",
                client_sees="Export queue grows, 214 documents, error 0x52 at each attempt.",
                tried="Checked that the client's certificate and clock are in order.",
                articles=("connect-certificates",),
                environment="Jungta Connect 5.2, server in the client's own room, no proxy.",
                asked="Renew the exchange certificate in the connector's store; client is at the console.",
            ),
            reply(
                20,
                "Bartosz, please open Connect console > Certificates > Refresh bundle, then restart the service "
                "jungta-scheduler. Nothing in the queue gets lost, the export goes on where it stopped.",
                line=2,
            ),
            client(16, "Done. Queue is moving, 180... 90... 0. Thanks."),
            resolve(
                6,
                "The connector carried an exchange certificate of its own that ran out this morning. You have the "
                "new bundle. Version 5.3 renews it by itself. As the fault is ours, the upgrade costs you nothing; "
                "say when it suits you.",
                line=2,
            ),
            accept(55, "Good. We will take 5.3 next month after inventory."),
        ),
        rating=Rating(4, "Quick. But why did nobody warn us that it expires?"),
    ),
    Story(
        key="en-gateway-offline-bialystok",
        language="en",
        contact="halina",
        type="incident",
        product="coldwatch",
        component="Gateway",
        category="connectivity",
        installed="LW-3430",
        channel="email",
        impact="organisation",
        urgency="medium",
        tags=("night-alarm",),
        subject='"Gateway offline" alarms at 2 a.m. every night',
        turns=(
            client(
                0,
                'Every night a few minutes after 2:00 I and the pharmacists get SMS "Gateway offline" and at 2:10 '
                '"Gateway online". Five pharmacies, every night, since one week. I must write a deviation for every '
                "single one. Please stop this.\n\n"
                "Halina Bobrek, Quality",
            ),
            reply(
                40,
                "Dear Ms Bobrek,\n\n"
                "we understand, that is a week of bad nights and of paper. Temperatures in these minutes are not "
                "lost: the sensors keep 48 hours themselves. We are looking for the reason why the gateways go "
                "silent at the same time.",
            ),
            hand_over(
                15,
                "field",
                client_sees="Offline at 02:02, online at 02:10, all five gateways, each night.",
                tried="Router logs from the client's IT: internet was there all night. No power cut.",
                articles=("coldwatch-offline",),
                environment="Ledva Watch gateways on 1.9, updated eight days ago.",
                asked="What does the gateway do at two o'clock?",
            ),
            note(
                110,
                "Gateway log: rotate-logs starts 02:00, whole system restarts, radio is up again 02:08. In 1.8 this "
                "took under a minute.",
                line=2,
            ),
            hand_over(
                9,
                "engineering",
                line=2,
                client_sees="Nightly alarms, five sites.",
                tried="Log of two gateways read; restart takes 6 to 8 minutes since 1.9.",
                articles=("coldwatch-offline",),
                environment="1.9, gateways with more than three months of logs.",
                asked=(
                    "Why does log rotation restart the gateway, and may we raise the alarm delay to 15 minutes "
                    "meanwhile?"
                ),
            ),
            note(
                260,
                "1.9 compresses all old logs in one go before it lets the radio start. Will be done in the "
                "background in 1.10. Delay of 15 min is fine, readings are buffered in the sensors.",
                line=3,
            ),
            send_back(
                5,
                "field",
                "Nightly log compression blocks the gateway for up to 8 minutes in 1.9. Set Alerts > Gateway > Delay "
                "to 15 min; 1.10 removes the cause.",
                line=3,
            ),
            resolve(
                25,
                "The gateways restart at 02:00 to tidy their logs, and since version 1.9 this takes longer than the "
                "five minutes after which an alarm is sent. We have set the delay to 15 minutes on all five. No "
                "reading was lost; the attached statement for your file says so. Version 1.10 removes the cause.",
                line=2,
            ),
            accept(560, "First quiet night. The statement is accepted by our inspector."),
        ),
        rating=Rating(5, "Thank you for the written statement."),
    ),
    Story(
        key="en-gateway-offline-tallinn",
        language="en",
        contact="rein",
        type="incident",
        product="coldwatch",
        component="Alerts",
        category="connectivity",
        installed="LW-3421",
        channel="email",
        impact="group",
        urgency="low",
        tags=("night-alarm",),
        subject="Nightly offline alerts from Ledva Watch",
        turns=(
            client(
                0,
                "LW-3421 reports offline at 02:0x each night, back before 02:10. Ping to the gateway is really gone "
                "in that time. fw 1.9. Known?",
            ),
            resolve(
                17,
                "Hello Rein, yes, known: 1.9 packs its old logs at 02:00 and is busy for up to eight minutes. Please "
                "set Alerts > Gateway > Delay to 15 minutes. The sensors buffer 48 hours, so there is no gap in the "
                "log. 1.10 mends it; tell us if you want it as soon as it is out.",
            ),
            accept(33, "Perfect. And yes please for 1.10."),
        ),
        rating=Rating(5),
    ),
    Story(
        key="en-call-void-receipt",
        language="en",
        contact="siim",
        type="question",
        product="pos",
        component="Checkout",
        category="how_to",
        installed="TP-10280",
        channel="phone",
        impact="person",
        urgency="high",
        tags=("on-the-spot",),
        subject="How to void a receipt that is already paid by card",
        turns=(
            call(
                "Customer stands at the till. Receipt is finished and paid by card, one item scanned twice. How to "
                "take it back?",
            ),
            resolve(
                4,
                "Shown on the phone: Receipts > last receipt > Return items, tick the one item, payment by card, "
                "hold the same card to the terminal. The return receipt was printed while we spoke.",
            ),
            hang_up(),
        ),
        rating=Rating(5),
    ),
    Story(
        key="en-call-kiosk-paper",
        language="en",
        contact="felix",
        type="question",
        product="kiosk",
        component="Receipt printer",
        category="how_to",
        installed="TK-0940",
        channel="phone",
        impact="person",
        urgency="medium",
        tags=("on-the-spot",),
        subject='Kiosk says "Paper out" with a full roll',
        turns=(
            call("New roll is in, red light stays on. Kiosk is not used since an hour."),
            resolve(
                6,
                "The roll was the wrong way round: paper must come from below, towards the glass. Turned it, closed "
                "the lid until it clicked, light is green. Told Felix where the sticker with the picture is.",
            ),
            hang_up(),
        ),
    ),
    Story(
        key="en-call-locked-account",
        language="en",
        contact="zofia",
        type="service_request",
        product="wms",
        component="Users",
        category="access",
        installed="WL-2241",
        channel="phone",
        impact="person",
        urgency="high",
        tags=("on-the-spot", "access"),
        subject="Account locked after three wrong passwords",
        turns=(
            call(
                "Zofia Karczmarz, planning, cannot sign in, new keyboard with other layout. Needs to release the "
                "afternoon wave.",
            ),
            resolve(
                5,
                "Called back on the number we have on file, unlocked the account, one-time password given; she "
                "changed it and is in.",
            ),
            hang_up(),
        ),
        rating=Rating(5, "two minutes, super"),
    ),
    Story(
        key="en-call-zero-drawer",
        language="en",
        contact="oskars",
        type="question",
        product="pos",
        component="Payments",
        category="how_to",
        installed="TP-10311",
        channel="phone",
        impact="person",
        urgency="low",
        tags=("on-the-spot",),
        subject="Open the cash drawer without a sale",
        turns=(
            call("Needs change for the other till, drawer opens only with a sale. The shop manager is on holiday."),
            resolve(
                3,
                'Explained: More > No sale, reason "Change". The right belongs to the role Shift lead, which Oskars '
                "has. It is written in the journal.",
            ),
            hang_up(),
        ),
    ),
    Story(
        key="en-vat-report-split",
        language="en",
        contact="sabine",
        type="question",
        product="pos",
        component="Back office",
        category="how_to",
        installed="TP-10302",
        channel="email",
        impact="person",
        urgency="medium",
        tags=("reports",),
        subject="VAT report: 7% and 19% in one column?",
        turns=(
            client(
                0,
                'Hello, in the monthly VAT report I see only one column "reduced/standard". For the tax advisor I '
                "need 7 % and 19 % separately per store. Is it possible? Deadline is the 10th.",
            ),
            resolve(
                38,
                "Hello Sabine,\n\n"
                'yes: Back office > Reports > VAT, button Columns, choose "One column per rate", and under Grouping '
                'choose "Store". Save it as your own view, then it stays so. The export to CSV follows the view.',
            ),
            accept(70, 'Found it, thanks a lot! Would never have guessed "Columns".'),
        ),
        rating=Rating(4),
    ),
    Story(
        key="en-new-picker-account",
        language="en",
        contact="ulrike",
        type="service_request",
        product="wms",
        component="Users",
        category="access",
        installed="WL-2252",
        channel="portal",
        impact="person",
        urgency="medium",
        tags=("access",),
        subject="New colleague needs Lentra login (picking only)",
        turns=(
            client(
                0,
                "Please create a login for Milan Tessner, starts tomorrow, dispatch. Picking and packing, no stock "
                "corrections. Language German if there is, otherwise English.",
            ),
            wait(
                26,
                "Hello Ulrike, gladly. Which badge number should open the scanner login, and who approves for "
                "dispatch, you or Jens?",
            ),
            client(61, "Badge 0417. I approve for dispatch, Jens knows."),
            resolve(
                19,
                "The login is ready: user m.tessner, role Picker, badge 0417, language English (there is no German "
                "yet). The first password goes to your phone by text message.",
            ),
            accept(35),
        ),
        rating=Rating(5),
    ),
    Story(
        key="en-prices-not-at-till",
        language="en",
        contact="inga",
        type="incident",
        product="connect",
        component="Price feed",
        category="data",
        installed="JC-1088",
        channel="email",
        impact="group",
        urgency="high",
        tags=("ping-pong", "prices"),
        subject="New prices are in accounting but not at the tills",
        turns=(
            client(
                0,
                "Since Tuesday price changes made in accounting do not come to the tills. 37 items are sold at old "
                "price, we loose money. Last good transfer was Monday evening.",
            ),
            reply(
                20,
                "Hello Inga,\n\n"
                "thank you, we see that the last price file left your accounting this morning, so it stops later on "
                "the way. We pass it to our integration team at once.",
            ),
            hand_over(
                6,
                "warehouse",
                client_sees="37 items with old prices at five tills.",
                tried="Price feed page shows today's file as received.",
                articles=("connect-import-errors",),
                environment="Connect 5.3, POS 6.5.0, accounting exports XML twice a day.",
                asked="Where do the prices stop?",
            ),
            note(
                85,
                "Feed is delivered and acknowledged by POS: HTTP 202 for all five files. From our side it is done.",
                line=2,
            ),
            transfer(
                6,
                "pos",
                "Connect hands all price files over, POS answers 202 and stores nothing. Please look at the POS "
                "import.",
                line=2,
            ),
            note(
                170,
                "POS import: rejected, valid-from is empty in 37 rows. Empty valid-from means never. It must be "
                "filled by the feed.",
                line=2,
            ),
            transfer(
                10,
                "warehouse",
                "The feed sends an empty valid-from since Monday. Please fill it, POS does what it is told.",
                line=2,
            ),
            client(
                240,
                "Third day now. I get messages that your teams are looking at it, but who is responsible please? We "
                "are still selling at wrong price.",
            ),
            reply(
                15,
                "Dear Inga, you are right, and we are sorry. From now on one person holds it until the prices are "
                "right. You will have an answer in two hours, even if it is only a half one.",
                promise=120,
            ),
            note(
                50,
                "Called both colleagues into one session. Accounting was updated on Monday night and writes "
                "valid-from as a local date-time; our mapping expects a date and leaves it empty. Mapping corrected, "
                "test file accepted by POS.",
                line=2,
            ),
            resolve(
                35,
                "Dear Inga, all 37 prices are at the tills since a few minutes ago; please check two or three. Your "
                "accounting program began to write the start date in another form after its update, and our feed did "
                "not understand it. It reads both forms now and refuses loudly instead of silently.",
                line=2,
            ),
            accept(
                90,
                "Prices are correct. Good that it is solved but 3 days is too long, please tell this to your manager.",
            ),
        ),
        rating=Rating(2, "Two of your teams were sending it to each other. In the end OK."),
    ),
    Story(
        key="en-slow-picking-gdansk",
        language="en",
        contact="zofia",
        type="incident",
        product="wms",
        component="Picking",
        category="performance",
        installed="WL-2241",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("performance",),
        subject="Picking list takes 40 seconds to open",
        turns=(
            client(
                0,
                "In hall B the picking list opens in 40-50 seconds, before it was 3. Mostly in the morning wave. "
                "People stand and wait.",
            ),
            reply(
                45,
                "Hello Zofia, sorry for the waiting. Is it every list, or mainly long ones? And is it as slow on the "
                "computer as on the scanner?",
            ),
            client(50, "Mainly big waves, over 300 lines. Computer and scanner the same."),
            hand_over(
                12,
                "warehouse",
                client_sees="Waves above 300 lines open in 40–50 s, on both scanner and computer.",
                tried="Server is not busy: processor 20 %, disk quiet. Small waves are quick.",
                articles=("wms-performance",),
                environment="Lentra 12.4, about 2.1 million movements, upgraded from 12.3 five weeks ago.",
                asked="Find out what the wave screen waits for.",
            ),
            note(
                130,
                "The list asks the reservation table once per line since 12.4. With 300 lines that is 300 queries of "
                "0.15 s. An index would hide it, but the loop is the cause.",
                line=2,
            ),
            hand_over(
                8,
                "engineering",
                line=2,
                client_sees="Large waves open slowly since 12.4.",
                tried="Query log attached; one query per line. A test index brings 45 s down to 9 s.",
                articles=("wms-performance",),
                environment="12.4, 2.1 million movements.",
                asked="May we leave the index in place, and when does the loop go?",
            ),
            note(
                420,
                "Loop came with the lot display in 12.4. Rewritten to one query for 12.5, 300 lines in 0.8 s here. "
                "The index may stay, it does no harm.",
                line=3,
            ),
            send_back(
                5,
                "warehouse",
                "12.5 loads the wave in one query. Index is safe until they upgrade. Their free upgrades have run "
                "out, but a fault of ours goes in without charge.",
                line=3,
            ),
            reply(
                18,
                "Hello Zofia, with a first measure the list should open in under ten seconds since this morning. The "
                "real remedy is version 12.5; our suggestion is to install it on the next working day after the "
                "evening shift. Does that suit you?",
                line=2,
                promise=900,
            ),
            client(200, "Yes, 10 sec now, already better. Please install after 20:00."),
            schedule(
                10,
                "Agreed: version 12.5 goes in after 20:00 on the next working day, about 40 minutes without the "
                "system. We call the shift lead before and after.",
                line=2,
                promise=780,
            ),
            resume(790, "12.5 installed, index removed again, wave of 340 lines opens in 1.1 s.", line=2),
            resolve(
                8,
                "Version 12.5 is running. Your largest wave of today opens in about one second. Please look at it in "
                "the morning peak and tell us.",
                line=2,
            ),
            accept(380, "Morning wave opened at once. Thank you!"),
        ),
        rating=Rating(5),
    ),
    Story(
        key="en-negative-stock",
        language="en",
        contact="kertu",
        type="incident",
        product="wms",
        component="Stocktake",
        category="data",
        installed="WL-2230",
        channel="portal",
        impact="group",
        urgency="medium",
        tags=("stocktake",),
        subject="Negative stock after cycle count in cold hall 1",
        turns=(
            client(
                0,
                "After yesterday's cycle count 14 locations show minus quantity, for example C1-04-2 has -36 pcs of "
                "item 88214. Count was correct, I did it myself.",
            ),
            hand_over(
                24,
                "warehouse",
                client_sees="14 locations with negative stock after a cycle count.",
                tried="Count sheet checked: quantities are entered as the client says.",
                articles=("wms-stocktake",),
                environment="Lentra 12.4, count on scanner, picking went on during the count.",
                asked="Were picks booked between the freeze and the count?",
            ),
            note(
                75,
                "Picks between 14:05 and 14:40 were booked after the count of the same location. Looks like the "
                "aisle was not frozen. To be sure we need the time when the count was started on the scanner.",
                line=2,
            ),
            wait(
                5,
                "Hello Kertu, thank you for the list. We think that picking went on while hall C1 was being counted. "
                'Could you send us the screen "Count > Details" of count 2291, or simply tell us when you pressed '
                "Start?",
                line=2,
            ),
        ),
    ),
    Story(
        key="en-quote-scanners",
        language="en",
        contact="liina",
        type="enquiry",
        product="scanner",
        component="Scan engine",
        category="quotation",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("quotation",),
        subject="Quotation for 12 scanners with cradles",
        turns=(
            client(
                0,
                "Dear Sir or Madam,\n\n"
                "please send a quotation for 12 pcs Skenva H2 with cradles and spare batteries, delivery to Tallinn. "
                "We also want to know price for the 3 years warranty. We need it this week for the budget.\n\n"
                "Liina Pajumets, Purchasing",
            ),
            wait(
                30,
                "Dear Liina, thank you for asking us. Two things change the price: do they work in the cold halls "
                "(then we suggest the heated window), and is one cradle per scanner right or a four-bay one?",
            ),
            client(75, "6 pcs for cold halls, 6 for dock. Four-bay cradles please, so 3."),
            reply(
                160,
                "Dear Liina, the quotation is attached: 6 H2 with heated window, 6 standard, 3 four-bay cradles, 12 "
                "spare batteries, delivery in 10 business days. The three-year warranty stands as a separate line, "
                "so that you can take it or leave it. Valid for 30 days.",
            ),
            client(520, "Thank you, clear. I take it to the board. If yes, order comes next week."),
            resolve(
                12,
                "Thank you, Liina. We close the request on our side; the quotation stays valid, and your order can "
                "refer to its number Q-3318.",
            ),
            silence(),
        ),
    ),
    Story(
        key="en-quote-kiosks-riga",
        language="en",
        contact="david",
        type="enquiry",
        product="kiosk",
        component="Kiosk app",
        category="meeting",
        channel="phone",
        impact="organisation",
        urgency="low",
        tags=("quotation", "meeting"),
        subject="Self-service kiosks for two shops, would like to see one",
        turns=(
            call(
                "David Merrowby thinks about one kiosk per shop, wants to see one working and to hear what it costs "
                "per month. Prefers a meeting at his office.",
            ),
            reply(
                35,
                "Dear Mr Merrowby,\n\n"
                "thank you for your call. We can bring a working kiosk to your office in Riga; the visit takes about "
                "an hour. You need nothing but a socket. We propose two working days from now at 10:00.",
            ),
            client(
                210,
                "Fine, 10 am works. Inga from accounts will join, she has questions on the payment terminal.",
            ),
            schedule(
                8,
                "Confirmed: 10:00 at your office, two working days from now. We bring a kiosk with terminal, and the "
                "price sheet for monthly and annual service. After the meeting you get a summary the same day.",
                promise=900,
            ),
        ),
    ),
    Story(
        key="en-quote-second-site",
        language="en",
        contact="dieter",
        type="enquiry",
        product="wms",
        component="Receiving",
        category="quotation",
        installed="WL-2252",
        channel="email",
        impact="organisation",
        urgency="medium",
        tags=("quotation", "complex"),
        subject="Second warehouse in Lübeck, what would it cost",
        turns=(
            client(
                0,
                "We rent a second hall from summer. Same system? New licence? Who does the cabling? Please an offer "
                "in simple words, I am not an IT man.\n\n"
                "D. Kornfeldt",
            ),
            reply(
                55,
                "Dear Mr Kornfeldt,\n\n"
                "congratulations on the new hall. In simple words: one system can run both halls, you pay for the "
                "extra users and for the set-up days. So that the figure is honest, a specialist of ours will ask "
                "Jens three or four questions. You have the quotation within three business days.",
                promise=1620,
            ),
            hand_over(
                14,
                "warehouse",
                client_sees="Wants one price for a second hall.",
                tried="Explained that one installation can hold two sites.",
                environment="Lentra 12.5, one site, 22 users; second hall about 1,400 m², start in summer.",
                asked=(
                    "Estimate set-up days and licences for the quotation; talk to Jens Harmshof about the line "
                    "between the halls."
                ),
            ),
            note(
                140,
                "Spoke with Jens: fibre between the halls is ordered, 8 to 10 more users, own number range for "
                "locations wanted. My estimate is 6 days plus 10 users.",
                line=2,
            ),
        ),
    ),
    Story(
        key="en-wrong-label-rolls",
        language="en",
        contact="marten",
        type="claim",
        product="printer",
        component="Consumables",
        category="delivery",
        installed="L3-04551",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("wrong-parts",),
        subject="Wrong label rolls delivered (order 4471)",
        turns=(
            client(
                0,
                "We ordered 20 rolls 58x40 thermal, you sent 20 rolls 58x60. They do not fit our shelf rails. Second "
                "time this year! We have labels for two days only.",
            ),
            reply(
                28,
                "Dear Marten,\n\n"
                "this is our mistake, and we are sorry, all the more as it happened before. 20 rolls of 58 × 40 "
                "leave our store today with express delivery, at our cost. The wrong ones will be collected by the "
                "same courier; you need not pack them anew.",
            ),
            note(
                16,
                "Picking slip said 58 × 40, the shelf in our store has both sizes under one barcode since the "
                "relabelling in spring. Told the store.",
            ),
            client(470, "Right rolls came this morning. The courier took the others."),
            resolve(
                25,
                "Thank you for telling us. We found why it happened: two sizes lay under one barcode in our store. "
                "They have separate codes now, and somebody checks the size before a parcel is closed. The express "
                "costs are ours.",
            ),
            accept(130, "OK. Accepted."),
        ),
        rating=Rating(4, "Mistake but honest answer"),
    ),
    Story(
        key="en-late-kiosk",
        language="en",
        contact="nadja",
        type="claim",
        product="kiosk",
        component="Kiosk app",
        category="delivery",
        installed="TK-0940",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("late-delivery",),
        subject="Kiosk Kanalstrasse came 9 working days late",
        turns=(
            client(
                0,
                "The kiosk was promised for the reopening of Kanalstrasse and was delivered 9 working days later. We "
                "had paid a promoter for the first day. We want compensation for that, 480 EUR, and an explanation.",
            ),
            reply(
                65,
                "Dear Nadja,\n\n"
                "your complaint is registered. We are collecting the papers from the carrier and from our store, and "
                "you will have a decision with reasons within three business days.",
                promise=1620,
            ),
            note(
                300,
                "Carrier: pallet refused at their hub because the height was wrongly declared by us (1.60 instead of "
                "1.90 m). It stood there six working days before anybody asked. Our fault twice.",
            ),
            reply(
                480,
                "Dear Nadja, the delay was ours: the height of the pallet was declared wrongly, and nobody followed "
                "it up for six days. We take over the 480 EUR and credit it on your next invoice. Today's shipments "
                "above 1.60 m are measured by a second person, and each one is followed until it is signed for.",
            ),
            resolve(
                22,
                "Decision: 480 EUR credited, corrective action in place since this week. Please accept, or tell us "
                "what is missing.",
            ),
        ),
    ),
    Story(
        key="en-kiosk-touch-offset",
        language="en",
        contact="felix",
        type="incident",
        product="kiosk",
        component="Touch screen",
        category="malfunction",
        installed="TK-0940",
        channel="phone",
        impact="person",
        urgency="medium",
        tags=("touch", "on-site", "refused"),
        subject="Kiosk screen reacts 3 cm beside the finger",
        turns=(
            call(
                'Customers press "Card" and get "Cash". Started after the cleaning crew. Felix has restarted the '
                "kiosk twice.",
            ),
            resolve(
                22,
                "Connected remotely and ran the touch calibration; Felix pressed the nine crosses, afterwards the "
                "buttons answered correctly.",
            ),
            refuse(
                300,
                'It is back since noon. Only the left half is ok. We put a paper on it "out of order", looks great...',
            ),
            hand_over(
                9,
                "field",
                client_sees="Touch is off by 3 cm on the right half, calibration holds for two hours.",
                tried="Nine-point calibration by remote session, restart, cable plugged anew by the store.",
                articles=("kiosk-touch-calibration",),
                environment=(
                    "Kiosk 4.1.0, three months old, under warranty. Cleaned with a wet cloth the evening before."
                ),
                asked="Looks like moisture or a broken digitiser. Visit with a spare touch frame?",
            ),
            reply(
                40,
                "Hello Felix, the screen very probably got moisture behind the glass. We would come with a spare "
                "part on the next working day between 9 and 11. It is covered by the warranty. Is somebody there who "
                "can unlock the back?",
                line=2,
            ),
            client(25, "I am here from 8. Key is here"),
            schedule(
                5,
                "Thank you. An engineer comes on the next working day between 9 and 11 with a spare touch frame. "
                "Please leave the kiosk switched off until then.",
                line=2,
                promise=480,
            ),
        ),
    ),
    Story(
        key="en-cold-hall-compressor",
        language="en",
        contact="rein",
        type="incident",
        product="cold",
        component="Compressor",
        category="temperature",
        installed="C9-1240",
        channel="phone",
        impact="group",
        urgency="high",
        tags=("compressor", "on-site"),
        subject="Cold hall 2: +7 and rising, compressor starts and stops",
        turns=(
            call(
                "Rein Ojasaare: C9-1240 in cold hall 2 climbs since 5 a.m., was +2, is +7 now. Compressor starts for "
                "a few seconds and stops. They are moving the fish to hall 3, which is nearly full.",
            ),
            hand_over(
                6,
                "field",
                client_sees="+7 °C and rising, compressor short-cycles, display shows E07.",
                tried="Asked to switch off for ten minutes: same. Door seal and fans are fine.",
                articles=("cold-high-temperature",),
                environment="C90, controller 2.1, 23 months old, warranty has one month left.",
                asked="Somebody has to go there today.",
            ),
            reply(
                10,
                "Rein, an engineer is leaving for you now and will be in Tallinn in the afternoon. Until then please "
                "keep the door shut and the unit off, E07 means that the motor protection trips.",
                line=2,
                promise=330,
            ),
            note(
                340,
                "On site. Start capacitor swollen, windings measure 20 % low on one phase. Replaced the capacitor, "
                "runs, but draws 11 A instead of 7. This compressor will not live long.",
                line=2,
            ),
            reply(
                8,
                "Rein, the hall is cooling again, +4 now. This is a repair for days, not for years: the compressor "
                "itself is damaged. We ask the maker for a replacement under warranty today.",
                line=2,
            ),
            hand_over(
                10,
                "vendors",
                line=2,
                client_sees="Cools again after a provisional repair.",
                tried="New start capacitor. Current 11 A instead of 7 A, one winding low.",
                articles=("cold-high-temperature",),
                environment="Compressor type K2-190, serial plate photographed, warranty ends in a month.",
                asked="Replacement compressor under warranty, as fast as possible.",
            ),
            vendor(
                45,
                "Claim sent to the maker with photos and measurements, asked for express. They answer within two "
                "working days.",
                line=3,
            ),
            resume(
                870,
                "Maker accepts the warranty, compressor left their store this morning, waybill in the file.",
                line=3,
            ),
            send_back(
                5,
                "field",
                "Compressor is on its way to our Tallinn address, arrives on the next working day. Maker wants the "
                "old one back.",
                line=3,
            ),
            schedule(
                12,
                "Rein, the new compressor is coming. We would change it in two working days from 8:00, about four "
                "hours. Please have hall 2 empty by then.",
                line=2,
                promise=1080,
            ),
            resume(1090, "Compressor changed, vacuum held 30 min, 6.8 A, +2 °C after two hours.", line=2),
            resolve(
                20,
                "The compressor is replaced under warranty and hall 2 stands at +2 °C with a normal current. The old "
                "one goes back to the maker. We look at the values once more by remote reading in a week.",
                line=2,
            ),
            accept(300, "All good here. Thanks to your man, he stayed until it was cold."),
        ),
        rating=Rating(5, "Engineer came the same day. Respect."),
    ),
    Story(
        key="en-api-rate-limit",
        language="en",
        contact="jens",
        type="question",
        product="connect",
        component="API",
        category="how_to",
        installed="JC-1080",
        channel="api",
        impact="person",
        urgency="low",
        tags=("api",),
        subject="HTTP 429 from /v2/orders, what is the limit?",
        turns=(
            client(
                0,
                "We poll /v2/orders every 2 s from 4 workers and get 429 since last week. Is the limit documented? "
                "Is it per token or per address?",
            ),
            hand_over(
                33,
                "warehouse",
                client_sees="429 on /v2/orders with 4 workers polling every 2 s.",
                tried="Nothing about the limit in the articles for clients.",
                articles=("connect-import-errors",),
                environment="Connect 5.3, one token for all workers.",
                asked="What is the limit, and what should they do instead of polling?",
            ),
            reply(
                95,
                "Hello Jens,\n\n"
                "60 requests a minute per token, since 5.3. Look at Retry-After in the answer. Better than polling: "
                "/v2/orders?changed_since= with the cursor from the last answer, or the webhook order.changed. One "
                "token per worker is also allowed.",
                line=2,
            ),
            client(60, "Webhook it is. Please write that into the docs."),
            resolve(
                14,
                'Good choice. The limit and the webhook are in the article "Reading the import log" as of today, '
                "with your question as the example.",
                line=2,
            ),
            accept(10),
        ),
        rating=Rating(5),
    ),
    Story(
        key="en-order-import-500",
        language="en",
        contact="jens",
        type="incident",
        product="connect",
        component="E-shop import",
        category="integration",
        installed="JC-1080",
        channel="api",
        impact="organisation",
        urgency="high",
        tags=("api",),
        subject="POST /v2/orders gives 500 for orders over 400 lines",
        turns=(
            client(
                0,
                'Large B2B orders fail. Request with 400 lines: 201. With 401 lines: 500, body "internal error", '
                "request id 7f31-c0. Reproducible. Two customers can not order at the moment.",
            ),
            reply(
                12,
                "Hello Jens, thank you for the exact border and the request id. It goes straight to our integration "
                "team.",
            ),
            hand_over(
                4,
                "warehouse",
                client_sees="Orders above 400 lines are refused with 500.",
                tried="Request id 7f31-c0 found in the log: stack ends in line splitter.",
                articles=("connect-import-errors",),
                environment="Connect 5.3 in the client's data centre, PostgreSQL 15.",
                asked="Is 400 a limit that can be set?",
            ),
            note(
                40,
                "Not a setting. Splitter writes blocks of 400 and forgets the header of the second block. Broken "
                "since 5.3, before there was no splitting.",
                line=2,
            ),
            reply(
                7,
                "Jens, reproduced: version 5.3 cuts long orders into blocks and loses the header of the second "
                "block. Until there is a corrected build you can send the order in two requests with the same order "
                "number and part=1/2, part=2/2.",
                line=2,
            ),
            hand_over(
                6,
                "engineering",
                line=2,
                client_sees="500 above 400 lines.",
                tried="Reproduced with a generated order. 5.2 takes 2,000 lines without trouble.",
                articles=("connect-import-errors",),
                environment="5.3 build 207.",
                asked="A corrected build; meanwhile, can splitting be switched off?",
            ),
            note(150, "Header is copied now; tests with 401, 800, 801 and 5,000 lines. Build 211 signed.", line=3),
            send_back(
                5,
                "warehouse",
                "Build 211 corrects the splitter. No change of the database, restart is enough.",
                line=3,
            ),
            reply(
                10,
                "Jens, build 211 lies in your download area, checksum beside it. It needs only a restart of the "
                "connector.",
                line=2,
            ),
            client(75, "Installed on test and prod. 401, 1200 lines: 201. Closing from our side."),
            resolve(4, "Thank you for the quick test. Build 211 goes to all installations of 5.3 this week.", line=2),
            accept(6),
        ),
        rating=Rating(5, "Best support answer this year: a cause, a workaround, a build."),
    ),
    Story(
        key="en-card-pairing-lost",
        language="en",
        contact="tomasz",
        type="incident",
        product="pos",
        component="Payments",
        category="connectivity",
        installed="TP-10291",
        channel="portal",
        impact="group",
        urgency="high",
        tags=("payments",),
        subject="Card terminal not paired after network change, 2 tills",
        turns=(
            client(
                0,
                'We moved pharmacy no. 3 to the new VLAN last night. Tills 1 and 2 say "Terminal not paired (P-31)". '
                "IP of terminals changed from 10.20.3.x to 10.43.3.x. Only cash possible now.",
            ),
        ),
    ),
    Story(
        key="en-pick-report",
        language="en",
        contact="zofia",
        type="service_request",
        product="wms",
        component="Reports",
        category="configuration",
        installed="WL-2241",
        channel="email",
        impact="group",
        urgency="low",
        tags=("reports",),
        subject="Report: picked lines per person per hour",
        turns=(
            client(
                0,
                "Hello, my boss wants a report how many lines each person picked per hour, per hall. Is there one "
                "ready or can you make it? Not urgent, end of the month is ok.",
            ),
        ),
    ),
    Story(
        key="en-invoice-two-contracts",
        language="en",
        contact="helve",
        type="question",
        product="pos",
        component="Back office",
        category="billing",
        installed="TP-10280",
        channel="email",
        impact="person",
        urgency="low",
        tags=("billing",),
        subject="Invoice has two service lines, we have one contract",
        turns=(
            client(
                0,
                'Good day. Invoice BS-20817: there are two lines "remote service, per hour" for same date. I can not '
                "book it like this. Please explain or correct.",
            ),
        ),
    ),
    Story(
        key="en-kiosk-dark",
        language="en",
        contact="nadja",
        type="incident",
        product="kiosk",
        component="Kiosk app",
        category="outage",
        installed="TK-0940",
        channel="messenger",
        impact="person",
        urgency="medium",
        subject="Kiosk screen black since this morning",
        turns=(client(0, "Kiosk in Kanalstrasse is black, fan is running. We pulled the plug once, nothing"),),
    ),
    Story(
        key="en-label-template-gtin",
        language="en",
        contact="ulrike",
        type="service_request",
        product="wms",
        component="Label templates",
        category="configuration",
        installed="WL-2252",
        channel="portal",
        impact="group",
        urgency="medium",
        tags=("labels",),
        subject="Add GTIN and batch to the pallet label",
        turns=(
            client(
                0,
                "A customer demands GTIN and batch as code on the pallet label from next month. Can you change our "
                "template? I attach their specification (page 4).",
            ),
            reply(
                70,
                "Hello Ulrike, yes, that can be done in your template. We pass it to the colleagues for Lentra; they "
                "will send you a sample print before anything changes.",
            ),
            hand_over(
                8,
                "warehouse",
                client_sees="Pallet label needs GTIN and batch as a GS1-128 code.",
                tried="Specification read, page 4 is enough.",
                environment="Lentra 12.5, template PAL-02, label 148 × 210 mm.",
                asked="Change PAL-02 and send a sample to Ulrike.",
            ),
            note(
                220,
                "Draft PAL-03 made, needs batch from receiving, which is not filled for returns. Asked myself what "
                "to print there; leaving the field out is allowed by the specification.",
                line=2,
            ),
        ),
    ),
    Story(
        key="en-update-window",
        language="en",
        contact="bartosz",
        type="service_request",
        product="connect",
        component="Accounting export",
        category="update",
        installed="JC-1072",
        channel="portal",
        impact="organisation",
        urgency="low",
        tags=("update",),
        subject="Update to Connect 5.3 on Saturday",
        turns=(
            client(0, "Please plan the upgrade to 5.3 that you offered for Saturday 7:00-10:00. I will be on site."),
            reply(
                32,
                "Hello Bartosz, gladly. Saturday is outside of your contract's hours, so it would count as two "
                "prepaid hours. Shall we still plan it, or rather on a working day before 8:00?",
            ),
            cancel(
                180,
                "Client withdraws: month-end freeze in accounting until further notice. He will open a new request "
                "when the date is known.",
            ),
        ),
    ),
    Story(
        key="en-promotion-twice",
        language="en",
        contact="ewa",
        type="incident",
        product="pos",
        component="Promotions",
        category="malfunction",
        installed="TP-10291",
        channel="email",
        impact="group",
        urgency="medium",
        tags=("promotions", "returned"),
        subject="Promotion 2+1 is taken off twice",
        turns=(
            client(
                0,
                "Good morning, when patient buys 3 creams the discount is twice on the receipt. Only sometimes. It "
                "is not good for us.",
            ),
            hand_over(
                48,
                "pos",
                client_sees="2+1 promotion is deducted twice on some receipts.",
                tried="Nothing yet.",
                environment="POS 6.4.2.",
                asked="Please look at the promotion.",
            ),
            send_back(
                95,
                "desk",
                "Cannot look without a receipt number, the name of the promotion and the pharmacy. Which card was "
                "shown at the till? Please ask and hand over again.",
                line=2,
            ),
            wait(
                20,
                "Dear Ewa, sorry, one more question from us: could you send one receipt number where the discount is "
                "twice, and tell us whether the patient showed a loyalty card?",
            ),
            client(490, "Receipt 2-118734, yesterday. Yes with card. I looked, without card it is good!"),
            hand_over(
                15,
                "pos",
                client_sees="2+1 deducted twice when a loyalty card is shown, e.g. receipt 2-118734, pharmacy no. 2.",
                tried="Client compared: without card the receipt is right.",
                articles=("pos-promotions",),
                environment="POS 6.4.2, promotion CREAM21, card group Senior.",
                asked="Does the card price and the promotion both apply? It should be the better one.",
            ),
            resolve(
                70,
                'Dear Ewa, found it: CREAM21 had the mark "may be combined with card prices". With the card both '
                "were deducted. The mark is off now in all five pharmacies. A test receipt with three creams and a "
                "card is correct.",
                line=2,
            ),
            accept(260, "Now it is right. Thank you for patience with me"),
        ),
        rating=Rating(4),
    ),
    Story(
        key="en-driver-windows",
        language="en",
        contact="oskars",
        type="incident",
        product="pos",
        component="Back office",
        category="printing",
        installed="TP-10311",
        channel="remote_session",
        impact="person",
        urgency="medium",
        subject="After Windows update price tags print in tiny letters",
        turns=(
            client(
                0,
                "After the windows update the price tags come out in letters like for ants. Same on both computers.",
            ),
            reply(
                16,
                "Hello Oskars, may we look at your screen? Please start the remote help icon and read us the six "
                "digits.",
            ),
            client(6, "482 190"),
            resolve(
                25,
                "The Windows update had set the print scaling to 60 %. We put it back to 100 % on both computers and "
                "saved it as the default. Two price tags were printed as a test.",
            ),
            accept(15, "perfect"),
        ),
        rating=Rating(5),
    ),
    Story(
        key="en-training-pharmacists",
        language="en",
        contact="tomasz",
        type="service_request",
        product="pos",
        component="Checkout",
        category="training",
        installed="TP-10291",
        channel="portal",
        impact="group",
        urgency="low",
        tags=("training",),
        subject="Training for 6 new pharmacists",
        turns=(
            client(
                0,
                "We have 6 new people from the 1st. Can you do the till training online, 1 hour, in English? We have "
                "8 training hours in the plan, I believe 3 are left.",
            ),
            reply(
                55,
                "Hello Tomasz, three hours are left indeed. We suggest one hour online in four working days at "
                "14:00. Participants need only a browser.",
            ),
            client(130, "OK for us"),
            schedule(
                9,
                "Booked: online, in four working days at 14:00, one hour. The link comes in the morning. Bring "
                "questions, they are the best part.",
                promise=2160,
            ),
            resume(
                2180,
                "Training held, 5 of 6 were there. Questions: returns without receipt, mixed payment.",
                line=1,
            ),
            resolve(
                35,
                "The training took place with five people. The recording and a page with the questions asked "
                "(returns without a receipt, mixed payment) are in your portal, also for the colleague who could not "
                "come.",
            ),
            silence(),
        ),
        rating=Rating(4, "Useful. A bit fast for some."),
    ),
    Story(
        key="en-receipt-logo",
        language="en",
        contact="sabine",
        type="service_request",
        product="pos",
        component="Fiscal printing",
        category="configuration",
        installed="TP-10302",
        channel="email",
        impact="organisation",
        urgency="low",
        subject="New logo on the receipts",
        turns=(
            client(
                0,
                "Hello, we have a new logo from the 15th. File attached (png). Please put it on receipts of all "
                "stores on that day, not earlier.",
            ),
            reply(
                85,
                "Hello Sabine, thank you, the file has the right size. The colleagues for POS prepare it so that it "
                "switches over by itself on the 15th before opening.",
            ),
            hand_over(
                6,
                "pos",
                client_sees="New receipt logo from the 15th, all 11 stores.",
                tried="Logo checked: 384 × 120, black and white.",
                environment="POS 6.5.0, 34 tills.",
                asked="Plan the change of logo for the 15th before opening.",
            ),
            note(310, "Prepared as a timed parameter set RECEIPT-LOGO-2 for all tills, activates by date.", line=2),
        ),
    ),
    Story(
        key="en-licence-count",
        language="en",
        contact="ryszard",
        type="question",
        product="wms",
        component="Users",
        category="licence",
        installed="WL-2241",
        channel="phone",
        impact="organisation",
        urgency="low",
        tags=("licence",),
        subject="How many Lentra licences do we really use?",
        turns=(
            call(
                "Ryszard Dominiec prepares next year's budget and wants to know how many of the 60 licences are "
                "used, and whether he may give some back.",
            ),
            reply(
                75,
                "Dear Mr Dominiec,\n\n"
                "in the last three months at most 41 people were signed in at the same time; the average of working "
                "days is 36. The licences count people at the same time, not names. You may reduce to 45 with a "
                "notice of 30 days before the contract's renewal, and 45 would be our advice.",
            ),
            client(190, "Very clear. 45 it will be, my assistant writes the letter."),
            resolve(
                6,
                "Thank you. We have noted it with your contract; the letter can come by mail. The new number counts "
                "from the renewal date.",
            ),
            accept(40),
        ),
        rating=Rating(5, "They told me to buy less. I will remember it."),
    ),
    Story(
        key="en-damaged-cradle",
        language="en",
        contact="kertu",
        type="claim",
        product="scanner",
        component="Cradle",
        category="parts",
        installed="H2-77201",
        channel="portal",
        impact="person",
        urgency="medium",
        tags=("parts",),
        subject="Four-bay cradle arrived with a broken pin",
        turns=(
            client(
                0,
                "The new cradle from last delivery has a bent pin in bay 3, scanner does not charge there. Photo "
                "attached. Parcel was not damaged.",
            ),
            reply(
                37,
                "Hello Kertu, that should have been seen before it left us, sorry. A new cradle is asked from the "
                "maker; please keep using the other three bays.",
            ),
            hand_over(
                10,
                "field",
                client_sees="Bay 3 of a new cradle does not charge, pin bent.",
                tried="Photo shows the pin bent to the left; not possible to bend back safely.",
                environment="Four-bay cradle CR4, delivered two weeks ago with H2-77201.",
                asked="Replacement under warranty; is there one in our store?",
            ),
            vendor(
                120,
                "None in our store. Ordered from the maker as a warranty part, they say six working days.",
                line=2,
            ),
        ),
    ),
    Story(
        key="en-freezer-labels",
        language="en",
        contact="marten",
        type="question",
        product="printer",
        component="Consumables",
        category="how_to",
        installed="L3-04551",
        channel="email",
        impact="person",
        urgency="low",
        subject="Which labels stick at -18?",
        turns=(
            client(
                0,
                "We start to sell frozen berries. Our labels fall off in the freezer. Which rolls do we need and do "
                "they fit L300?",
            ),
        ),
    ),
    Story(
        key="en-rounding-cents",
        language="en",
        contact="helve",
        type="incident",
        product="pos",
        component="Payments",
        category="data",
        installed="TP-10280",
        channel="email",
        impact="group",
        urgency="medium",
        subject="Cash rounding: day total differs by 3 cents",
        turns=(
            client(
                0,
                "Good day. Z report and the sum of receipts differ by 3 cents yesterday and 1 cent today. Cash "
                "rounding to 5 cents is new. Auditor will ask.",
            ),
            reply(
                66,
                "Hello Helve, thank you, both Z reports arrived. Differences of cents are taken as seriously as "
                "others here; our POS colleagues compare the receipts.",
            ),
            hand_over(
                9,
                "pos",
                client_sees="Z report and receipts differ by 1 to 3 cents a day.",
                tried="Only cash receipts with a return are concerned: three of three found.",
                environment="POS 6.4.2, rounding to 5 cents switched on this month.",
                asked="Is a return rounded twice?",
            ),
        ),
    ),
    Story(
        key="en-access-former-employee",
        language="en",
        contact="tomasz",
        type="service_request",
        product="coldwatch",
        component="Alerts",
        category="access",
        installed="LW-3430",
        channel="portal",
        impact="person",
        urgency="high",
        tags=("access",),
        subject="Remove phone number of a former employee from alarms",
        turns=(
            client(
                0,
                "Our former pharmacist still gets temperature alarms by SMS (number ends with 77). Please remove "
                "today, GDPR. I have no right to do it in the Alerts page.",
            ),
        ),
    ),
    Story(
        key="en-report-wrong-hours",
        language="en",
        contact="ryszard",
        type="question",
        product="wms",
        component="Reports",
        category="data",
        installed="WL-2241",
        channel="email",
        impact="person",
        urgency="medium",
        tags=("reports",),
        subject="Productivity report shows 26 hours for one day",
        turns=(
            client(0, "In the report one colleague worked 26 hours on one day. Nice, but not true. Can you explain?"),
            reply(
                180,
                "Dear Mr Dominiec, it looks as if a scanner was left signed in overnight, and the time was added to "
                "the next shift. We are checking it on your data before we say so for sure.",
            ),
        ),
    ),
)
