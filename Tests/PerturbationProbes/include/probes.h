// Nothing to import: the probes are programs in native/, built by the NativeTools plugin.
