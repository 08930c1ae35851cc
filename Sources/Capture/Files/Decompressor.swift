import Glibc

/// Decompresses a stream piece by piece through a library that is loaded only when it is needed, so that building and
/// reading plain files need neither.
protocol Decompressor {
    /// Gives more compressed bytes; all earlier ones are used up.
    mutating func feed(_ bytes: [UInt8])
    /// Appends at most `count` bytes.
    mutating func produce(_ count: Int, appendingTo buffer: inout [UInt8]) throws(DecompressionFailure) -> Progress
    /// The data may end here.
    var isBetweenFrames: Bool { get }
}

enum Progress {
    case produced
    /// Nothing comes without more compressed bytes.
    case hungry
}

struct DecompressionFailure: Error {
    let reason: String
}

/// A shared library's functions. (dlopen(3), dlsym(3))
struct SharedLibrary {
    private let handle: UnsafeMutableRawPointer

    init(_ name: String, package: String, format: String) throws(DecompressionFailure) {
        guard let handle = dlopen(name, RTLD_NOW) else {
            throw DecompressionFailure(
                reason: "it is compressed with \(format) and \(name) is missing; install \(package)")
        }
        self.handle = handle
    }

    func function<T>(_ name: String, as type: T.Type) throws(DecompressionFailure) -> T {
        guard let symbol = dlsym(handle, name) else { throw DecompressionFailure(reason: "the library has no \(name)") }
        return unsafeBitCast(symbol, to: type)
    }
}

/// gzip (RFC 1952), several members too, by zlib's inflate.
final class GzipDecompressor: Decompressor {
    static let magic: [UInt8] = [0x1F, 0x8B]

    /// `z_stream` of zlib.h, whose layout is part of the library's binary interface.
    private struct Stream {
        var nextIn: UnsafeMutablePointer<UInt8>?
        var availableIn: UInt32 = 0
        var totalIn: UInt = 0
        var nextOut: UnsafeMutablePointer<UInt8>?
        var availableOut: UInt32 = 0
        var totalOut: UInt = 0
        var message: UnsafePointer<CChar>?
        var state: OpaquePointer?
        var allocate: OpaquePointer?
        var free: OpaquePointer?
        var opaque: OpaquePointer?
        var dataType: Int32 = 0
        var adler: UInt = 0
        var reserved: UInt = 0
    }

    private typealias Step = @convention(c) (UnsafeMutableRawPointer, Int32) -> Int32
    private typealias Initialize =
        @convention(c) (UnsafeMutableRawPointer, Int32, UnsafePointer<CChar>, Int32) -> Int32
    private typealias Simple = @convention(c) (UnsafeMutableRawPointer) -> Int32

    private let stream: UnsafeMutablePointer<Stream>
    private let inflate: Step
    private let reset: Simple
    private let end: Simple
    private var input: [UInt8]
    private var position = 0
    private(set) var isBetweenFrames = false

    /// 32 plus the window's bits: zlib and gzip headers are told apart by themselves.
    private static let windowBits: Int32 = 32 + 15
    private static let streamEnd: Int32 = 1
    private static let bufferError: Int32 = -5

    init(prefix: [UInt8]) throws(DecompressionFailure) {
        let library = try SharedLibrary("libz.so.1", package: "zlib1g", format: "gzip")
        inflate = try library.function("inflate", as: Step.self)
        reset = try library.function("inflateReset", as: Simple.self)
        end = try library.function("inflateEnd", as: Simple.self)
        let initialize = try library.function("inflateInit2_", as: Initialize.self)
        stream = UnsafeMutablePointer<Stream>.allocate(capacity: 1)
        stream.initialize(to: Stream())
        input = prefix
        guard initialize(stream, Self.windowBits, "1.2.11", Int32(MemoryLayout<Stream>.size)) == 0 else {
            throw DecompressionFailure(reason: "zlib cannot start")
        }
    }

    deinit {
        _ = end(stream)
        stream.deallocate()
    }

    func feed(_ bytes: [UInt8]) {
        input = bytes
        position = 0
    }

    func produce(_ count: Int, appendingTo buffer: inout [UInt8]) throws(DecompressionFailure) -> Progress {
        guard position < input.count else { return .hungry }
        // Zeros after the last member are padding, as of tapes.
        if isBetweenFrames, input[position...].allSatisfy({ $0 == 0 }) {
            position = input.count
            return .hungry
        }
        var status: Int32 = 0
        let room = min(count, 1 << 20)
        let made = [UInt8](unsafeUninitializedCapacity: room) { target, initialized in
            input.withUnsafeMutableBufferPointer { source in
                stream.pointee.nextIn = source.baseAddress! + position
                stream.pointee.availableIn = UInt32(source.count - position)
                stream.pointee.nextOut = target.baseAddress
                stream.pointee.availableOut = UInt32(room)
                status = inflate(stream, 0)
                position = source.count - Int(stream.pointee.availableIn)
                initialized = room - Int(stream.pointee.availableOut)
            }
        }
        buffer += made
        isBetweenFrames = status == Self.streamEnd
        if isBetweenFrames {
            _ = reset(stream)
        } else if status < 0, status != Self.bufferError {
            throw DecompressionFailure(reason: "the gzip data is damaged")
        }
        return made.isEmpty && position == input.count ? .hungry : .produced
    }
}

/// Zstandard (RFC 8878) by libzstd's streaming interface.
final class ZstandardDecompressor: Decompressor {
    static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// `ZSTD_inBuffer` and `ZSTD_outBuffer` of zstd.h.
    private struct Buffer {
        var start: UnsafeMutableRawPointer?
        var size: Int
        var position: Int
    }

    private typealias Create = @convention(c) () -> OpaquePointer?
    private typealias Free = @convention(c) (OpaquePointer?) -> Int
    private typealias Step =
        @convention(c) (OpaquePointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int
    private typealias IsError = @convention(c) (Int) -> UInt32

    private let context: OpaquePointer
    private let decompress: Step
    private let free: Free
    private let isError: IsError
    private var input: [UInt8]
    private var position = 0
    private(set) var isBetweenFrames = false

    init(prefix: [UInt8]) throws(DecompressionFailure) {
        let library = try SharedLibrary("libzstd.so.1", package: "libzstd1", format: "Zstandard")
        decompress = try library.function("ZSTD_decompressStream", as: Step.self)
        free = try library.function("ZSTD_freeDStream", as: Free.self)
        isError = try library.function("ZSTD_isError", as: IsError.self)
        let create = try library.function("ZSTD_createDStream", as: Create.self)
        guard let context = create() else { throw DecompressionFailure(reason: "libzstd cannot start") }
        self.context = context
        input = prefix
    }

    deinit {
        _ = free(context)
    }

    func feed(_ bytes: [UInt8]) {
        input = bytes
        position = 0
    }

    func produce(_ count: Int, appendingTo buffer: inout [UInt8]) throws(DecompressionFailure) -> Progress {
        var result = 0
        let room = min(count, 1 << 20)
        let before = position
        let made = [UInt8](unsafeUninitializedCapacity: room) { target, initialized in
            input.withUnsafeMutableBufferPointer { source in
                var out = Buffer(start: UnsafeMutableRawPointer(target.baseAddress), size: room, position: 0)
                var taken = Buffer(
                    start: UnsafeMutableRawPointer(source.baseAddress), size: source.count, position: position)
                result = decompress(context, &out, &taken)
                position = taken.position
                initialized = out.position
            }
        }
        buffer += made
        if isError(result) != 0 { throw DecompressionFailure(reason: "the Zstandard data is damaged") }
        // 0: a frame is complete and flushed. Without progress, the last answer stands.
        if position != before || !made.isEmpty { isBetweenFrames = result == 0 }
        return made.isEmpty && position == input.count ? .hungry : .produced
    }
}
