// How the report looks: light and dark, wide and narrow, on paper, and for people who do not tell colours apart.

/// The style sheet. Colours of processes are those of Okabe and Ito ("Color Universal Design", 2008); none of them is
/// the only sign of anything.
enum HTMLStyle {
    static let text = variables + page + lanes + steps + tables + pictures + media

    private static let variables = """
        :root{color-scheme:light dark;--bg:#fbfbf9;--panel:#fff;--fg:#1d2226;--dim:#59626b;--line:#d9dcdf;--soft:#eff1f2;
        --accent:#0b5c93;--bad:#a6300b;--badbg:#fdeee7;--good:#00624a;--goodbg:#e2f4ee;--doubt:#755000;--doubtbg:#fdf2da;
        --new:#fff3c9;--c0:#0072b2;--c1:#e69f00;--c2:#009e73;--c3:#cc79a7;--c4:#56b4e9;--c5:#8a6d00;--c6:#6a5acd;--cenv:#6b7780;
        --shadow:0 1px 2px rgba(20,30,40,.06),0 6px 24px -12px rgba(20,30,40,.18);
        --mono:ui-monospace,SFMono-Regular,"DejaVu Sans Mono",Menlo,Consolas,monospace;
        --sans:system-ui,-apple-system,"Segoe UI","Noto Sans","DejaVu Sans",Roboto,sans-serif}
        @media(prefers-color-scheme:dark){:root{--bg:#14171a;--panel:#1c2024;--fg:#e6e9eb;--dim:#a2abb3;--line:#343a40;
        --soft:#252a2f;--accent:#7cc1f2;--bad:#ff9b73;--badbg:#3a2018;--good:#62d6ae;--goodbg:#173329;--doubt:#f0c463;
        --doubtbg:#382d14;--new:#4a3f17;--c0:#4ba6e0;--c1:#f0b429;--c2:#2fc89b;--c3:#e49ac3;--c4:#7fcdf7;--c5:#d4b94a;
        --c6:#a99bf5;--cenv:#9aa5ad;--shadow:0 1px 2px rgba(0,0,0,.4)}}

        """

    private static let page = """
        *{box-sizing:border-box}html{scroll-behavior:auto}
        body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 var(--sans);padding:0 20px 60px}
        header.top,main,body>p{max-width:1360px;margin:0 auto}
        h1{font-size:21px;margin:22px 0 2px;display:flex;gap:12px;align-items:center}
        h2{font-size:19px;line-height:1.35;margin:4px 0 6px;text-wrap:balance}h3{font-size:16px;margin:0 0 8px}
        .logo{letter-spacing:-.01em}.lead{margin:0;font-size:16px}.scope,.dim,.more,.place{color:var(--dim)}
        .scope{margin:2px 0 12px;font-size:13.5px}.more{font-size:13px;margin:6px 0}.place{font-size:13.5px;margin:0}
        a{color:var(--accent)}code,pre,kbd,.w{font-family:var(--mono)}code{font-size:.92em;overflow-wrap:anywhere}
        kbd{border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 5px;font-size:12px;background:var(--panel)}
        .chip{display:inline-block;font:600 12.5px/1 var(--sans);letter-spacing:.04em;padding:5px 10px;border-radius:999px;
        vertical-align:2px;border:1px solid currentColor}
        .chip.bad{color:var(--bad);background:var(--badbg)}.chip.good{color:var(--good);background:var(--goodbg)}
        .chip.doubt{color:var(--doubt);background:var(--doubtbg)}.chip.neutral{color:var(--dim);background:var(--soft)}
        details{margin:12px 0;background:var(--panel);border:1px solid var(--line);border-radius:10px;padding:0 14px}
        details details{border:0;padding:0}details[open]{padding-bottom:12px}
        summary{cursor:pointer;padding:9px 0;font-weight:600}
        :focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
        .skip{position:absolute;left:-999px}.skip:focus{left:10px;top:10px;background:var(--panel);padding:8px;z-index:9}
        .sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .js{display:none}.hasjs .js{display:revert}.hasjs nav.js{display:flex}.hasjs .nojs{display:none}.hasjs .js[hidden]{display:none}
        .case{display:none;margin-top:22px;padding-top:18px;border-top:1px solid var(--line)}
        .case:target,.case:has(:target){display:block}
        body:not(:has(.case:target,.case :target)) .case.first{display:block}
        .hasjs .case{display:none}.hasjs .case.on{display:block}
        .up{float:right}.sentence{margin:0 0 4px;font-size:15.5px}
        .cmd{margin:0 0 14px;display:flex;gap:8px;align-items:center;flex-wrap:wrap}
        .cmd code{background:var(--soft);border-radius:6px;padding:5px 9px}
        button{font:13px/1.2 var(--sans);color:var(--fg);background:var(--panel);border:1px solid var(--line);border-radius:7px;
        padding:6px 10px;cursor:pointer}button:hover{background:var(--soft)}button[aria-pressed=true]{background:var(--accent);color:var(--bg)}
        .grid{display:grid;grid-template-columns:minmax(300px,auto) minmax(420px,1fr);gap:18px;align-items:start}
        .left,.right{background:var(--panel);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow);min-width:0}
        .left{position:sticky;top:12px;max-height:calc(100vh - 24px);overflow:auto;max-width:760px}.right{padding:14px 16px;overflow:hidden}

        """

    private static let lanes = """
        .lanes{width:var(--w);min-width:var(--w)}.heads{position:sticky;top:0;height:38px;background:var(--panel);z-index:2;
        border-bottom:1px solid var(--line)}
        .head{position:absolute;top:9px;font:600 12.5px/1.5 var(--mono);white-space:nowrap;overflow:hidden;text-overflow:ellipsis;
        padding-left:14px}.head:before{content:"";position:absolute;left:0;top:5px;width:9px;height:9px;border-radius:50%;background:var(--p)}
        .p0{--p:var(--c0)}.p1{--p:var(--c1)}.p2{--p:var(--c2)}.p3{--p:var(--c3)}.p4{--p:var(--c4)}.p5{--p:var(--c5)}.p6{--p:var(--c6)}
        .env{--p:var(--cenv)}svg{display:block}svg .w{font-size:11.2px;fill:var(--fg)}svg .dim{fill:var(--dim)}svg .b{font-weight:700}
        .lane{stroke:var(--line);stroke-width:1.5}.hit{fill:transparent}.row{cursor:pointer}.row:hover .hit{fill:var(--soft)}
        .row.on .hit,.row:focus-visible .hit{fill:color-mix(in srgb,var(--accent) 16%,transparent)}.row.on .w{font-weight:700}
        .row.bad .hit{fill:var(--badbg)}.row.bad.on .hit{fill:color-mix(in srgb,var(--bad) 30%,transparent)}
        .row:focus-visible{outline:none}.dot{fill:var(--p);stroke:var(--panel);stroke-width:2}
        .badring{fill:var(--panel);stroke:var(--bad);stroke-width:2.4}.cross{stroke:var(--bad);stroke-width:2.6;fill:none;stroke-linecap:round}
        .bar{fill:var(--p);opacity:.85}.order{fill:none;stroke:var(--dim);stroke-width:1.3;stroke-dasharray:4 3;opacity:.8;pointer-events:none}
        .order.strong{stroke:var(--accent);stroke-dasharray:none;opacity:.95}
        .faded{opacity:.25}

        """

    private static let steps = """
        nav.steps{display:flex;gap:6px;align-items:center;flex-wrap:wrap;margin:-2px 0 12px;padding-bottom:12px;border-bottom:1px solid var(--line)}
        nav.steps input[type=range]{flex:1 1 130px;min-width:90px;accent-color:var(--accent)}
        nav.steps output{font:12.5px var(--mono);min-width:58px;text-align:center;white-space:nowrap}
        input[type=search]{font:13px var(--sans);padding:6px 9px;border:1px solid var(--line);border-radius:7px;background:var(--bg);color:var(--fg);width:118px}
        .step{display:none}.step:target{display:block}.case:not(:has(.step:target)) .step.last{display:block}
        .hasjs .step{display:none}.hasjs .step.on{display:block}
        .who{display:inline-block;font:600 12.5px/1.5 var(--mono);padding:0 8px 0 20px;border-radius:999px;background:var(--soft);position:relative}
        .who:before{content:"";position:absolute;left:7px;top:5.5px;width:8px;height:8px;border-radius:50%;background:var(--p)}
        .x{color:var(--bad)}.violation{margin:0 0 8px;padding:8px 12px;border-left:4px solid var(--bad);background:var(--badbg);border-radius:0 8px 8px 0}
        .because{margin:0 0 10px;padding:8px 12px;background:var(--soft);border-radius:8px}.because b{font-weight:600}
        .eq{color:var(--dim);margin:0 8px}.values{font-weight:700;color:var(--bad)}
        table{border-collapse:collapse;font-size:13.5px}caption{text-align:left;font-weight:600;font-size:13px;color:var(--dim);padding:2px 0 4px}
        th{font-weight:600;text-align:left}td,th{padding:3px 9px 3px 0;vertical-align:top}
        .diff{margin:0 0 12px;width:100%}.diff th{font:13px/1.5 var(--mono);white-space:nowrap}.diff td{font:13px/1.5 var(--mono);width:100%}
        .diff td.sign{width:1em;color:var(--dim);font-weight:700}.diff tr.added .sign{color:var(--good)}.diff tr.removed .sign{color:var(--bad)}
        .diff .changed .sign{color:var(--accent)}del{text-decoration:none;color:var(--dim)}ins{text-decoration:none;font-weight:700;background:var(--new);border-radius:3px;padding:0 3px}
        .why{font:12px var(--sans);margin-left:8px;white-space:nowrap}
        .truth{list-style:none;display:flex;flex-wrap:wrap;gap:6px;margin:0 0 12px;padding:0}
        .truth li{font:12.5px/1.5 var(--mono);border:1px solid var(--line);border-radius:7px;padding:1px 8px}
        .truth .f,.truth .x{background:var(--badbg);color:var(--bad);border-color:currentColor;font-weight:700}
        .truth .t{color:var(--good)}.truth .w{color:var(--accent)}.truth .u{color:var(--dim)}
        figure{margin:0 0 14px}figcaption{font-size:13px;color:var(--dim);margin-bottom:4px}
        .source pre{margin:0;padding:8px 0;background:var(--soft);border-radius:8px;overflow-x:auto;font-size:12.5px;line-height:1.55}
        .ln{display:block;padding:0 12px 0 0;white-space:pre;min-width:max-content}.ln i{display:inline-block;width:44px;padding-right:12px;text-align:right;font-style:normal;color:var(--dim);user-select:none}
        .sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));gap:0 14px}.sides figure{min-width:0}
        .cited{background:var(--new);box-shadow:inset 3px 0 var(--accent)}.cited i{color:var(--fg)}.steplinks a{margin-right:14px}
        .full{max-height:430px;overflow:auto;border:1px solid var(--line);border-radius:8px;padding:6px 12px;margin-bottom:12px}
        .full details{margin:2px 0;background:none;border:0;padding:0}.full summary{font:600 13px var(--mono);padding:2px 0}.full tr.new td{background:var(--new);font-weight:700}
        .full th,.full td{font:12.5px/1.5 var(--mono);font-weight:400}

        """

    private static let tables = """
        .scroll{overflow-x:auto;max-width:100%}.checks table,.coverage table{width:100%}
        .checks td,.checks th,.coverage td,.coverage th{border-top:1px solid var(--line);padding:5px 12px 5px 0}
        thead th{color:var(--dim);font-size:12.5px;border-top:0!important}.spec th{padding-top:12px;font:600 13px var(--mono);color:var(--dim)}
        .num{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        td.t{color:var(--good);font-weight:700}td.f,td.x{color:var(--bad);font-weight:700}td.u{color:var(--doubt)}td.w{color:var(--accent)}
        .numbers{display:flex;gap:26px;margin:4px 0 12px}.numbers dt{color:var(--dim);font-size:12.5px}.numbers dd{margin:0;font:600 17px var(--sans);font-variant-numeric:tabular-nums}
        .truthtable td,.truthtable thead th+th{text-align:center;padding:2px 7px}.truthtable td.u{color:var(--dim);font-weight:400}.truthtable td.f{background:var(--badbg)}.truthtable td.col,.truthtable th.col{background:var(--soft)}
        .truthtable th[scope=row],.states th[scope=row]{position:sticky;left:0;background:var(--panel);font:12.5px var(--mono);white-space:nowrap;padding-right:14px}
        .states td{font:12px var(--mono);white-space:nowrap;border-left:1px solid var(--line);padding:2px 8px}.states td.same{color:var(--dim)}.states td.new{font-weight:700;background:var(--new)}
        .constant dl{columns:3 260px;margin:0}.constant div{display:flex;gap:8px;font:12px var(--mono)}.constant dt{color:var(--dim)}.constant dd{margin:0}
        table.view td,table.view th{border:1px solid var(--line);padding:3px 9px;font:12.5px/1.5 var(--mono)}table.view thead th{color:var(--dim);border-top:1px solid var(--line)!important}
        table.view td.new{background:var(--new);font-weight:700}.free{color:var(--dim)}
        dialog{border:1px solid var(--line);border-radius:12px;background:var(--panel);color:var(--fg);max-width:440px;padding:18px 24px}
        dialog::backdrop{background:rgba(0,0,0,.4)}dialog dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin:8px 0}dialog dt{white-space:nowrap}dialog dd{margin:0}

        """

    private static let pictures = """
        .pic{max-width:none}.slot{stroke:var(--line);stroke-width:1.4;fill:var(--panel)}.slot.empty{fill:var(--bg);stroke-dasharray:4 3}
        .slot.full{fill:var(--soft)}.slot.dead{fill:var(--badbg);stroke:var(--bad);stroke-dasharray:4 3}
        .slot.fill{fill:color-mix(in srgb,var(--p) 20%,var(--panel));stroke:var(--p)}.slot.new{stroke:var(--fg);stroke-width:2.6}
        .slot.hatched{fill:url(#hatch);stroke-dasharray:4 3}.caret{fill:var(--fg)}.caret.head{fill:var(--good)}.caret.tail{fill:var(--bad)}
        .wrap{fill:none;stroke:var(--dim);stroke-width:1.3}.link{fill:none;stroke:var(--accent);stroke-width:1.6;opacity:.85}
        .link.dangling{stroke:var(--bad);stroke-width:2.4;stroke-dasharray:5 4}.badge{fill:var(--fg)}svg .onbadge{fill:var(--panel);font-weight:700}
        .mark{stroke:var(--accent);stroke-width:2.5;fill:none}

        """

    private static let media = """
        @media(max-width:1020px){.grid{grid-template-columns:minmax(0,1fr)}.left{position:static;max-height:46vh;max-width:none}body{padding:0 10px 40px}}
        @media(prefers-reduced-motion:no-preference){.row .hit{transition:fill .12s}}
        @media(forced-colors:active){.dot,.bar{forced-color-adjust:none}}
        @media print{body{background:#fff;color:#000}.case{display:block!important;break-before:page}.left{position:static;max-height:none;overflow:visible}
        nav,.js,.full,.skip,.up{display:none!important}.step{display:none!important}.step.last{display:block!important}
        details::details-content{content-visibility:visible;display:block;height:auto}}

        """
}
