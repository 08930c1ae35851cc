import Glibc

/// The plain C programs that the build puts beside the executables (see `Plugins/NativeTools`).
package enum NativeFile {
    /// Set to an absolute path, that folder is searched first: for packages which install the files elsewhere.
    package static let folderVariable = "CROSSFIRE_NATIVE"

    /// Where a file may be, best first. `executable` is `/proc/self/exe`.
    ///
    /// The bundle is the build's own layout; `lib/crossfire` that of an installed copy.
    package static func candidates(_ name: String, executable: String, folder: String?) -> [String] {
        let parts = executable.split(separator: "/").dropLast()
        let here = "/" + parts.joined(separator: "/")
        let above = "/" + parts.dropLast().joined(separator: "/")
        let usual = ["\(here)/crossfire-suite_CNoise.resources", here, "\(above)/lib/crossfire"]
        return ((folder.map { [$0] } ?? []) + usual).map { "\($0)/\(name)" }
    }

    /// The path of the preload library or the launcher; nil if it is nowhere.
    package static func find(_ name: String) -> String? {
        candidates(name, executable: ownExecutable, folder: environment(folderVariable)).first {
            access($0, R_OK) == 0
        }
    }
}
