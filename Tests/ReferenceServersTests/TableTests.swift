import CLinux
import Glibc
import ReferenceServers
import Testing

/// Goal: both tables are maps, the shared one also in little memory and after the death of a process that held its lock.
/// Method: tables are driven directly, against a dictionary as the obvious reference, with a seeded generator.
@Suite struct TableTests {
    static let tables: [any Table] = [ThreadTable(), SharedTable(byteCount: 64 << 20)!]

    @Test("agrees with a dictionary over 20,000 random steps", arguments: [0, 1])
    func againstDictionary(_ index: Int) {
        let table = Self.tables[index]
        table.removeAll()
        var reference: [[UInt8]: Value] = [:]
        var random = SplitMix(state: 7)
        for _ in 0..<20_000 {
            let key = Array("key \(random.next() % 200)".utf8)
            let size = 1 << Int(random.next() % 12)
            switch random.next() % 7 {
            case 0: #expect(table.read(key) == reference[key])
            case 1:
                #expect(table.write(key, nil) == nil)
                reference[key] = nil
            case 2: check(.list(ListValue([key, [], Array(repeating: 7, count: size)])))
            case 3: check(.set([key, Array(repeating: 7, count: size)]))
            case 4:
                var hash = HashValue()
                for place in 0..<size % 64 { hash[Array("\(place % 5)".utf8)] = place % 3 == 0 ? nil : key }
                hash[[]] = []
                check(.hash(hash))
            case 5:
                let reply = table.modify(key) { value in
                    value = value == nil ? .string([1]) : nil
                    return .integer(1)
                }
                #expect(reply == .integer(1))
                reference[key] = reference[key] == nil ? .string([1]) : nil
            default: check(.string(Array(repeating: UInt8(truncatingIfNeeded: size), count: size)))
            }
            func check(_ value: Value) {
                #expect(table.write(key, value) == nil)
                reference[key] = value
            }
        }
        #expect(table.count == reference.count)
        for (key, value) in reference { #expect(table.read(key) == value) }
        table.removeAll()
        #expect(table.count == 0)
    }

    @Test("memory of overwritten and removed values is used again")
    func reuse() throws {
        let table = try #require(SharedTable(byteCount: 64 << 20))
        for round in 0..<2000 {
            let key = Array("key \(round % 3)".utf8)
            #expect(table.write(key, .string([UInt8](repeating: 1, count: 100_000))) == nil)
            if round % 5 == 0 { #expect(table.write(key, nil) == nil) }
        }
        #expect(table.usedBytes < 16 << 20)
    }

    @Test("a full arena refuses to write, keeps everything, and takes writes again when keys are removed")
    func full() throws {
        let table = try #require(SharedTable(byteCount: 64 << 20))
        let value = Value.string([UInt8](repeating: 1, count: 1 << 20))
        var kept = 0
        while table.write(Array("key \(kept)".utf8), value) == nil { kept += 1 }
        #expect(kept > 30 && kept < 64)
        #expect(table.count == kept)
        for index in 0..<kept { #expect(table.read(Array("key \(index)".utf8)) == value) }
        #expect(
            table.modify(Array("key 0".utf8)) { value in
                value = .string([UInt8](repeating: 1, count: 60 << 20))
                return .integer(1)
            } == outOfMemory)
        #expect(table.read(Array("key 0".utf8)) == value)
        #expect(table.write(Array("key 0".utf8), nil) == nil)
        #expect(table.write(Array("key 0".utf8), value) == nil)
    }

    @Test("size classes fit, and waste at most a quarter")
    func sizeClasses() {
        var last = -1
        for count in 1..<100_000 {
            let (index, size) = Arena.sizeClass(for: count)
            #expect(size >= count && (count < 64 || size <= count + count / 4 + 1) && size % 16 == 0)
            #expect(index == last || index == last + 1)
            last = index
        }
    }

    @Test("a process that dies with a lock does not stop the others")
    func robustLocks() throws {
        let locks = try #require(LockArray(count: 2))
        // The child makes no call but lock and _exit: this process has other threads.
        let child = fork()
        if child == 0 {
            locks.lock(1)
            _exit(0)
        }
        waitpid(child, nil, 0)
        #expect(locks.withLock(1) { 5 } == 5)
        #expect(locks.withLock(1) { 6 } == 6)
    }

    @Test("lists grow and shrink at both ends")
    func lists() {
        var list = ListValue()
        var reference: [[UInt8]] = []
        var random = SplitMix(state: 3)
        for step in 0..<5000 {
            let element = Array("\(step)".utf8)
            switch random.next() % 5 {
            case 0:
                list.push(element, at: .left)
                reference.insert(element, at: 0)
            case 1, 2:
                list.push(element, at: .right)
                reference.append(element)
            case 3: #expect(list.pop(at: .left) == (reference.isEmpty ? nil : reference.removeFirst()))
            default: #expect(list.pop(at: .right) == reference.popLast())
            }
            #expect(list.count == reference.count)
        }
        #expect(list.elements == reference)
        #expect((0..<list.count).map { list[$0] } == reference)
    }
}

/// A seeded generator (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
