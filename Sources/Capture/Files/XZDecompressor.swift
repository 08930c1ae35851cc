/// xz (the .xz file format 1.2), several streams too, by liblzma's decoder, loaded like the others: it is on every
/// Debian, and nothing is needed to build.
final class XZDecompressor: Decompressor {
    /// The first four of six bytes.
    static let magic: [UInt8] = [0xFD, 0x37, 0x7A, 0x58]
    /// The most memory that a file may ask for, in bytes: `xz -9` takes 65 MiB.
    static let memoryLimit: UInt64 = 256 << 20

    /// `lzma_stream` of lzma/base.h, whose layout is part of the library's binary interface.
    private struct Stream {
        var nextIn: UnsafePointer<UInt8>?
        var availableIn = 0
        var totalIn: UInt64 = 0
        var nextOut: UnsafeMutablePointer<UInt8>?
        var availableOut = 0
        var totalOut: UInt64 = 0
        var allocator: OpaquePointer?
        var state: OpaquePointer?
        var reservedPointers: (Int, Int, Int, Int) = (0, 0, 0, 0)
        var seekPosition: UInt64 = 0
        var reservedInteger: UInt64 = 0
        var reservedSizes: (Int, Int) = (0, 0)
        var reservedEnums: (UInt32, UInt32) = (0, 0)
    }

    private typealias Initialize = @convention(c) (UnsafeMutableRawPointer, UInt64, UInt32) -> UInt32
    private typealias Step = @convention(c) (UnsafeMutableRawPointer, UInt32) -> UInt32
    private typealias End = @convention(c) (UnsafeMutableRawPointer) -> Void

    /// `lzma_ret`.
    private enum Result {
        static let streamEnd: UInt32 = 1
        static let memoryLimit: UInt32 = 6
        static let firstFailure: UInt32 = 5
        static let noProgress: UInt32 = 10
    }

    private let stream: UnsafeMutablePointer<Stream>
    private let initialize: Initialize
    private let code: Step
    private let end: End
    private var input: [UInt8]
    private var position = 0
    private(set) var isBetweenFrames = false

    init(prefix: [UInt8]) throws(DecompressionFailure) {
        let library = try SharedLibrary("liblzma.so.5", package: "liblzma5", format: "xz")
        initialize = try library.function("lzma_stream_decoder", as: Initialize.self)
        code = try library.function("lzma_code", as: Step.self)
        end = try library.function("lzma_end", as: End.self)
        stream = UnsafeMutablePointer<Stream>.allocate(capacity: 1)
        stream.initialize(to: Stream())
        input = prefix
        guard initialize(stream, Self.memoryLimit, 0) == 0 else {
            throw DecompressionFailure(reason: "liblzma cannot start")
        }
    }

    deinit {
        end(stream)
        stream.deallocate()
    }

    func feed(_ bytes: [UInt8]) {
        input = bytes
        position = 0
    }

    func produce(_ count: Int, appendingTo buffer: inout [UInt8]) throws(DecompressionFailure) -> Progress {
        if isBetweenFrames {
            // Streams may be followed by zeros.
            while position < input.count, input[position] == 0 { position += 1 }
            guard position < input.count else { return .hungry }
            isBetweenFrames = false
            guard initialize(stream, Self.memoryLimit, 0) == 0 else {
                throw DecompressionFailure(reason: "liblzma cannot start")
            }
        }
        var status: UInt32 = 0
        let room = min(count, 1 << 20)
        let made = [UInt8](unsafeUninitializedCapacity: room) { target, initialized in
            input.withUnsafeBufferPointer { source in
                stream.pointee.nextIn = source.baseAddress.map { $0 + position }
                stream.pointee.availableIn = source.count - position
                stream.pointee.nextOut = target.baseAddress
                stream.pointee.availableOut = room
                status = code(stream, 0)
                position = source.count - stream.pointee.availableIn
                initialized = room - stream.pointee.availableOut
            }
        }
        buffer += made
        isBetweenFrames = status == Result.streamEnd
        if status == Result.memoryLimit {
            throw DecompressionFailure(
                reason: "the xz data needs more than \(Self.memoryLimit >> 20) MiB of memory to be read")
        }
        if status >= Result.firstFailure, status != Result.noProgress {
            throw DecompressionFailure(reason: "the xz data is damaged")
        }
        return made.isEmpty && position == input.count ? .hungry : .produced
    }
}
