import Capture
import Foundation
import Report
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Goal: CI systems read the report, whatever text a target puts into it. Method: the golden document of all outcomes, and odd
/// characters that a real XML parser must give back.
@Suite("JUnit")
struct JUnitTests {
    @Test("all outcomes, counted")
    func golden() {
        let report = JUnit(
            suite: "crossfire resp",
            cases: [
                .init(group: "corpus", name: "a.crossfire", duration: .seconds(0.5), outcome: .passed),
                .init(
                    group: "finding", name: "loss-1", duration: .seconds(1.25),
                    outcome: .failed(type: "loss", message: "a reply is <missing>", details: "packet 1\npacket 2")),
                .init(
                    group: "fresh", name: "seed 1", duration: .seconds(0), outcome: .error(message: "dropped & gone")),
                .init(
                    group: "fresh", name: "\"seed\" 2", duration: .seconds(0), outcome: .skipped(message: "baseline")),
                .init(
                    group: "fresh", name: "seed 3", duration: .seconds(0.0004), outcome: .skipped(message: "not run")),
            ])
        #expect(
            report.text == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites><testsuite name="crossfire resp" tests="5" failures="1" errors="1" skipped="2" time="1.750">
                  <testcase classname="crossfire.corpus" name="a.crossfire" time="0.500"/>
                  <testcase classname="crossfire.finding" name="loss-1" time="1.250">
                    <failure type="loss" message="a reply is &lt;missing&gt;">packet 1&#10;packet 2</failure>
                  </testcase>
                  <testcase classname="crossfire.fresh" name="seed 1" time="0.000"><error message="dropped &amp; gone"/></testcase>
                  <testcase classname="crossfire.fresh" name="&quot;seed&quot; 2" time="0.000"><skipped message="baseline"/></testcase>
                  <testcase classname="crossfire.fresh" name="seed 3" time="0.000"><skipped message="not run"/></testcase>
                </testsuite></testsuites>

                """)
    }

    @Test("no text breaks the document")
    func oddText() throws {
        let odd = "a\u{0}b\u{1B}[31m<![CDATA[x]]>&amp;\u{FFFE}\u{FFFF}\r\n\té\u{1F600}'\""
        let report = JUnit(
            suite: odd,
            cases: [
                .init(
                    group: odd, name: odd, duration: .seconds(1),
                    outcome: .failed(type: odd, message: odd, details: odd))
            ])
        let reader = Reader()
        let parser = XMLParser(data: Data(report.text.utf8))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        let told = "a\u{FFFD}b\u{FFFD}[31m<![CDATA[x]]>&amp;\u{FFFD}\u{FFFD}\u{FFFD}\n\té\u{1F600}'\""
        #expect(reader.details == told)
        // An attribute's tab is a space.
        #expect(reader.message == told.replacing("\t", with: " "))
    }

    @Test("the file is written whole or not at all")
    func file() throws {
        let folder = try TemporaryFolder()
        let report = JUnit(suite: "s", cases: [])
        try report.write(to: folder.path + "/junit.xml")
        #expect(try folder.text("junit.xml") == report.text)
        #expect(report.text.contains("tests=\"0\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0.000\""))
        #expect(throws: CaptureError.self) { try report.write(to: folder.path + "/absent/junit.xml") }
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var message = ""
        var details = ""
        private var isInFailure = false

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            isInFailure = name == "failure"
            if isInFailure { message = attributes["message"] ?? "" }
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            if isInFailure { details += string }
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            isInFailure = false
        }
    }
}
