import Wire

/// The scenario language.
struct ScenarioTarget: ParserTarget {
    let name = "scenario"

    func run(_ input: [UInt8]) {
        let text = String(decoding: input, as: UTF8.self)
        do throws(ScenarioError) {
            let scenario = try Scenario(parsing: text)
            Self.checkPrinting(scenario)
        } catch {
            let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
            require((1...lines.count).contains(error.line), "an error names a line of the file")
            let length = lines[error.line - 1].count
            require((1...length + 1).contains(error.column), "an error names a column of its line")
        }
    }

    private static func checkPrinting(_ scenario: Scenario) {
        let text = scenario.text
        do throws(ScenarioError) {
            let again = try Scenario(parsing: text)
            requireEqual(again, scenario, "what is printed is parsed again")
            requireEqual(again.text, text, "printing twice says the same")
        } catch {
            fatalError("property: what is printed is sound: \(error)\n\(text)")
        }
        require(scenario.clientCount <= Scenario.maximumClients, "clients are bounded")
    }

    func seeds() -> [[UInt8]] {
        let texts = [
            "protocol resp\nc0 connect\nc0 send SET {key} {token}\nc0 expect\nc0 close\n",
            "protocol echo\n# why\nc0 connect receive-buffer 2048\nc1 connect\ntogether\n  c0 send \"a\\r\\n\\x00{token:9}\"\n"
                + "  c1 send ECHO {key:a} | PING\nc1 expect 2\nc0 pause 5ms\nc0 shutdown\nc1 reset\n",
            "protocol echo-length\nc0 connect\nc0 send | \"a b\" \"\" \"|\" | \"\\\\\\\"\\{\\t\\0\"\nc0 expect\n",
        ]
        return texts.map { Array($0.utf8) }
    }
}
