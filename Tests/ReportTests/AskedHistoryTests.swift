import Foundation
import Report
import Testing
import Verification

/// Goal: the model that is asked for decides, else the one that the history names, and who gave none is told what there is.
/// Method: small histories and model files, as a user gives them.
@Suite("A history and its model")
struct AskedHistoryTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, _ lines: String...) throws -> String {
        let path = "\(folder.path)/\(name)"
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func read(_ path: String, _ model: String?, initial: String? = nil) throws -> AskedHistory {
        try AskedHistory(path: path, model: model, initial: initial, isKeyed: nil)
    }

    private static let read5 = #"{"f":"read","c":0,"r":5,"t0":1,"t1":2}"#
    private static let head = #"{"format":"linhist-1","model":"register"}"#

    @Test("the model of the file, or the one that was asked for")
    func models() throws {
        let named = try write("named.jsonl", Self.head, Self.read5)
        #expect(try read(named, nil).model.name == "register")
        #expect(try read(named, "cas").model.name == "cas")
        let own = try write("own.yaml", "{model: shelf, kind: register, functions: {read: read, put: write}}")
        let asked = try read(named, own)
        #expect(asked.model.name == "shelf")
        #expect(try asked.check(Checker()).verdict == .violated)
    }

    @Test("what held before is what was said")
    func initial() throws {
        let path = try write("h.jsonl", Self.read5)
        #expect(try read(path, "register").check(Checker()).verdict == .violated)
        #expect(try read(path, "register", initial: "5").check(Checker()).verdict == .held)
        let refusal = #expect(throws: ChosenModel.Failure.self) { try read(path, "queue", initial: "5") }
        #expect(
            refusal?.description == "a queue begins empty: it takes no initial value" && refusal?.isOfHistory == false)
    }

    @Test("no model, an unknown one, and one whose file is broken")
    func refusals() throws {
        let path = try write("h.jsonl", Self.read5)
        let none = #expect(throws: ChosenModel.Failure.self) { try read(path, nil) }
        #expect(none?.isOfHistory == true && none?.description.hasPrefix("\(path) names no model") == true)
        let unknown = #expect(throws: ChosenModel.Failure.self) { try read(path, "regster") }
        #expect(unknown?.isOfHistory == false && unknown?.description.hasPrefix("unknown model 'regster'") == true)
        #expect(throws: ModelFile.Failure.self) { try read(path, folder.path + "/absent.yaml") }
    }

    @Test("a history that the model knows nothing of cannot be judged")
    func foreign() throws {
        let path = try write("h.jsonl", #"{"f":"enqueue","v":1,"c":0,"r":1,"t0":1,"t1":2}"#)
        let asked = try read(path, "register")
        let unjudgeable = #expect(throws: AskedHistory.Unjudgeable.self) { try asked.check(Checker()) }
        #expect(unjudgeable?.description.hasPrefix("\(path): nothing can be judged.") == true)
    }
}
