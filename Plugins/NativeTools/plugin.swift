import Foundation
import PackagePlugin

/// Builds plain C files that must not have the Swift runtime in them.
///
/// Each folder `native/NAME` of a target is one output: a shared object where NAME ends in `.so`, else an executable.
/// It is compiled by the Swift toolchain's own clang and lld, and lands as a resource in
/// `PACKAGE_TARGET.resources/NAME` beside the executables, in debug and release builds and under `swift run` and
/// `swift test` alike, for everything that depends on the target.
///
/// Why a plugin: SwiftPM links every product, of C targets too, with swiftc, which adds libswiftCore (a dynamic library
/// product preloaded into a target would bring a second runtime), and an executable target with `-shared` among
/// its unsafe flags is left out by `swift run crossfire`, and forbidden to packages that depend on this one.
@main
struct NativeTools: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let clang = try context.tool(named: "clang").url
        let native = target.directoryURL.appending(path: "native", directoryHint: .isDirectory)
        let headers = try files(in: target.directoryURL.appending(path: "include"), "h")
        let folders = try FileManager.default.contentsOfDirectory(at: native, includingPropertiesForKeys: nil)
        return try folders.sorted { $0.path() < $1.path() }.map { folder in
            let name = folder.lastPathComponent
            let sources = try files(in: folder, "c")
            let output = context.pluginWorkDirectoryURL.appending(path: name)
            let kind = name.hasSuffix(".so") ? ["-shared", "-Wl,-z,defs"] : ["-fPIE", "-pie"]
            return .buildCommand(
                displayName: "Compiling \(name)",
                executable: clang,
                arguments: [
                    "-std=gnu11", "-O2", "-g", "-fPIC", "-pthread", "-fvisibility=hidden", "-Wall", "-Wextra",
                    "-fuse-ld=lld", "-Wl,-z,now,-z,relro", "-I", target.directoryURL.appending(path: "include").plain,
                ] + kind + ["-o", output.plain] + sources.map(\.plain),
                inputFiles: try sources + headers + files(in: folder, "h"),
                outputFiles: [output])
        }
    }

    private func files(in folder: URL, _ suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == suffix }
            .sorted { $0.path() < $1.path() }
    }
}

extension URL {
    fileprivate var plain: String { path(percentEncoded: false) }
}
