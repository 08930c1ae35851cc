import CNoise
import Glibc
import System

/// The page through which a campaign changes the noise of a running target, and reads how much of it there was.
///
/// It is memory without a name (`memfd_create`), which the target opens as `/proc/PID/fd/N`: nothing is left behind
/// even if we are killed. A target in another process namespace or of another user cannot open it, and keeps the
/// parameters from its environment.
struct NoiseControl: ~Copyable {
    private let descriptor: Int32
    private let page: UnsafeMutablePointer<cf_noise_control>

    /// Throws the error of `memfd_create`, `ftruncate`, `fcntl` or `mmap`.
    init() throws(SystemError) {
        let size = MemoryLayout<cf_noise_control>.size
        let descriptor = cf_noise_memfd(size)
        guard descriptor >= 0 else { throw SystemError("memfd_create") }
        guard let page = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), page != MAP_FAILED
        else {
            let code = errno
            _ = close(descriptor)
            throw SystemError("mmap of the noise's control page", code: code)
        }
        self.descriptor = descriptor
        self.page = page.assumingMemoryBound(to: cf_noise_control.self)
        cf_noise_init(self.page)
    }

    deinit {
        munmap(page, MemoryLayout<cf_noise_control>.size)
        _ = close(descriptor)
    }

    /// Where the target finds the page.
    var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    func set(_ noise: Noise) {
        cf_noise_set(page, noise.seed, noise.threshold, noise.sleepMicroseconds, noise.sites.rawValue)
    }

    var counters: PerturbationCounters {
        PerturbationCounters(
            calls: cf_noise_calls(page), delays: cf_noise_delays(page), processes: cf_noise_processes(page))
    }
}
