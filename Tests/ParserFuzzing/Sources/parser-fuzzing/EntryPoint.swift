import Glibc

/// Chooses the target before the first input, or writes seeds and ends (`--seeds DIR`).
/// <https://llvm.org/docs/LibFuzzer.html#startup-initialization>
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    let words = CommandLine.arguments
    if words.contains("--targets") {
        for target in ParserTargets.all { print(target.name) }
        exit(0)
    }
    if let option = words.firstIndex(of: "--seeds"), words.count > option + 1 {
        for (number, seed) in ParserTargets.chosen.seeds().enumerated() {
            writeFile("\(words[option + 1])/seed-\(number)", seed)
        }
        exit(0)
    }
    _ = ParserTargets.chosen
    return 0
}

/// Feeds one input to the chosen target. <https://llvm.org/docs/LibFuzzer.html#fuzz-target>
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    ParserTargets.chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}
