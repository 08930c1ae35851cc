import Glibc
import ReferenceServers

// Synchronous, without Task, Dispatch or Foundation: it must be single-threaded until it forks.
exit(ReferenceServer.main(Array(CommandLine.arguments.dropFirst())))
