// The HTML report in a real browser: with and without scripts, light and dark, wide and narrow, by keys alone.

import Foundation
import Testing

@Suite(.serialized, .enabled(if: Browser.isInstalled || ProcessInfo.processInfo.environment["CI"] == "true"))
struct HTMLReportTests {
    /// The report of a fault of a shipped spec.
    private func report(_ arguments: [String], _ folder: TemporaryFolder) throws -> URL {
        let file = folder.url.appending(path: "r.html")
        let result = try Command.run(
            arguments + ["--report", "html=\(file.path())", "--out-dir", folder.url.appending(path: "o").path()],
            in: packageFolder)
        #expect(result.error.isEmpty, "\(result.error)")
        return file
    }

    private static let shown = "document.querySelector('.case.on .step.on').id"

    @Test func keysGoFromStepToStep() throws {
        let folder = try TemporaryFolder()
        let browser = try Browser()
        try browser.visit(report(["Specs/queue.spec", "--fault", "Q1"], folder))
        #expect(try browser.text(Self.shown) == "c1s8")
        let presses = [
            ("ArrowLeft", "c1s7"), ("k", "c1s6"), ("j", "c1s7"), ("Home", "c1s0"), ("ArrowLeft", "c1s0"),
            ("ArrowRight", "c1s1"), ("v", "c1s8"), ("End", "c1s8"), ("Home", "c1s0"),
        ]
        for (key, id) in presses {
            try browser.press(key)
            #expect(try browser.text(Self.shown) == id, "after \(key)")
        }
        #expect(try browser.text("location.hash") == "#run=1&step=0")
        _ = try browser.value("history.back()")
        try browser.press("Shift")
        #expect(try browser.text(Self.shown) == "c1s8", "the way back")
        #expect(
            try browser.text("document.getElementById('live').textContent").contains(
                "step 8 of 8, client#2, insert.put"))
        #expect(
            try browser.text("document.querySelector('nav input[type=range]').getAttribute('aria-valuetext')").contains(
                "insert.put"))
        try browser.press("2")
        #expect(try browser.number("document.querySelectorAll('.row.faded').length") == 4)
        try browser.press("2")
        #expect(try browser.number("document.querySelectorAll('.row.faded').length") == 0)
        try browser.press("d")
        #expect(try browser.text("document.querySelector('.full').textContent").contains("queue.write"))
        try browser.press("?")
        #expect(try browser.value("document.getElementById('help').open") as? Bool == true)
        try browser.press("Escape")
        try browser.press("/")
        for letter in "slots" { try browser.press(String(letter)) }
        #expect(
            try browser.number("[...document.querySelectorAll('.step.on .diff tr')].filter(r => !r.hidden).length") == 2
        )
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test func theKernelsLineStandsBesideTheSpecs() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "r.html")
        let result = try Command.run(
            [
                "Specs/queue.spec", "--fault", "Q1", "--replay-on-violation", "--report", "html=\(file.path())",
                "--out-dir", folder.url.appending(path: "o").path(),
            ], in: packageFolder)
        #expect(result.code == 12, "\(result.error)")
        let browser = try Browser()
        try browser.visit(file)
        let sides = try browser.text("document.querySelector('.step.on .sides').textContent")
        #expect(sides.contains("queue.slots[queue.write] = r") && sides.contains("shmem_queue.write_idx ="))
        #expect(try browser.text("document.querySelector('.casehead').textContent").contains("REPRODUCED"))
        let lane = "document.querySelector('.lanes:not([hidden]) .head').textContent"
        #expect(try browser.text(lane) == "client#1")
        try browser.press("h")
        #expect(try browser.text(lane) == "hart 0")
        try browser.press("h")
        #expect(try browser.text(lane) == "client#1")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test func linksAndTheSliderLeadToSteps() throws {
        let folder = try TemporaryFolder()
        let browser = try Browser()
        try browser.visit(report(["Specs/queue.spec", "--fault", "Q1"], folder), hash: "#c1s3")
        #expect(try browser.text(Self.shown) == "c1s3")
        _ = try browser.value("document.querySelector('.step.on .why').click()")
        try browser.press("Shift")
        #expect(try browser.text(Self.shown) == "c1s2")
        _ = try browser.value(
            "{const r=document.querySelector('nav input[type=range]');r.value=5;r.dispatchEvent(new Event('input'))}")
        #expect(try browser.text(Self.shown) == "c1s5")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test func withoutScriptsEverythingCanBeRead() throws {
        let folder = try TemporaryFolder()
        let file = try report(["Specs/queue.spec", "--fault", "Q1"], folder)
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        for count in 0...8 { #expect(text.contains("id=\"c1s\(count)\"")) }
        // A page without scripts is asked by what its style sheet shows.
        let browser = try Browser()
        try browser.visit(file, runsScripts: false, hash: "#c1s5")
        let visible =
            "[...document.querySelectorAll('.step')].filter(s => getComputedStyle(s).display !== 'none').map(s => s.id).join()"
        #expect(try browser.text(visible) == "c1s5")
        try browser.visit(file, runsScripts: false)
        #expect(try browser.text(visible) == "c1s8")
    }

    @Test func nothingIsLoadedAndNothingInNamesIsRun() throws {
        let folder = try TemporaryFolder()
        let hostile = "</script><script>document.title='taken'</script><img src=x onerror=document.title='taken'>"
        let spec =
            "spec H\nshared var x: int in 0..<9\nprocess p[2] { x = x + 1 }\ninvariant small: x < 2\n    \"\(hostile)\"\n"
        try folder.write("<b>h.spec", Array(spec.utf8))
        let result = try Command.run(["<b>h.spec", "--report", "html=r.html"], in: folder.url)
        #expect(result.code == 12)
        let browser = try Browser()
        try browser.visit(folder.url.appending(path: "r.html"))
        #expect(try browser.text("document.title") == "shmcheck: <b>h.spec")
        #expect(
            try browser.number("document.images.length + document.querySelectorAll('b:not(.because b)').length") == 0)
        #expect(try browser.text("document.querySelector('.sentence').textContent") == hostile)
        #expect(
            try browser.number(
                "performance.getEntriesByType('resource').filter(r => !r.name.startsWith('data:')).length") == 0)
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    /// Text against what lies behind it, by WCAG 2.1, "Contrast (Minimum)".
    @Test(arguments: [false, true]) func textHasEnoughContrast(isDark: Bool) throws {
        let folder = try TemporaryFolder()
        let browser = try Browser()
        try browser.visit(report(["Specs/queue.spec", "--only", "Q1", "--only", "default"], folder), isDark: isDark)
        let script = """
            (() => {
              const c = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
              const rgb = s => { c.clearRect(0,0,1,1); c.fillStyle = s; c.fillRect(0,0,1,1); return [...c.getImageData(0,0,1,1).data]; };
              const lum = p => { const f = v => { v /= 255; return v <= .03928 ? v/12.92 : ((v+.055)/1.055)**2.4; };
                return .2126*f(p[0]) + .7152*f(p[1]) + .0722*f(p[2]); };
              const bad = [];
              for (const e of document.querySelectorAll('body *')) {
                if (e.closest('svg') || !e.checkVisibility() || e.classList.contains('sr')) continue;
                if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
                let layers = [], b = e;
                while (b) { const p = rgb(getComputedStyle(b).backgroundColor); if (p[3]) { layers.push(p); if (p[3] === 255) break; } b = b.parentElement; }
                const back = layers.pop() || [255,255,255];
                const fore = rgb(getComputedStyle(e).color);
                const [x, y] = [lum(fore), lum(back)].sort((p, q) => q - p);
                const ratio = (x + .05) / (y + .05);
                if (ratio < 4.5) bad.push(e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 20) + ' ' + ratio.toFixed(2));
              }
              return bad.join('\\n');
            })()
            """
        #expect(try browser.text(script) == "")
    }

    @Test(arguments: [1400, 700, 360]) func noPageIsWiderThanItsWindow(width: Int) throws {
        let folder = try TemporaryFolder()
        let browser = try Browser()
        try browser.visit(report(["Specs/queue.spec", "--fault", "Q1"], folder), width: width)
        #expect(try browser.number("document.documentElement.scrollWidth") <= width)
    }

    @Test func whatCanBePressedHasANameAndTablesHaveHeads() throws {
        let folder = try TemporaryFolder()
        let browser = try Browser()
        try browser.visit(report(["Specs/prime.spec", "--fault", "P10"], folder))
        let nameless = """
            [...document.querySelectorAll('button, input, a[href], svg[role]')].filter(e =>
              !(e.getAttribute('aria-label') || e.textContent.trim())).length
            """
        #expect(try browser.number(nameless) == 0)
        #expect(
            try browser.number("[...document.querySelectorAll('table')].filter(t => !t.querySelector('th')).length")
                == 0)
        #expect(try browser.text("document.documentElement.lang") == "en")
        #expect(browser.complaints.isEmpty, "\(browser.complaints)")
    }

    @Test func aPassingRunShowsCoverageAndSampleRuns() throws {
        let folder = try TemporaryFolder()
        let browser = try Browser()
        try browser.visit(report(["Specs/queue.spec", "--only", "default"], folder))
        #expect(try browser.text("document.querySelector('.chip').textContent") == "PASSED")
        #expect(try browser.text("document.querySelector('.coverage').textContent").contains("330"))
        #expect(
            try browser.text("[...document.querySelectorAll('h2')].map(h => h.textContent).join()").contains(
                "queue_fills witnessed in 4 steps"))
    }
}
