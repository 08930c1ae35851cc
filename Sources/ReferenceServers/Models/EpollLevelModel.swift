/// One thread and an event loop on level-triggered `epoll(7)`: what Redis does.
///
/// An event is told as long as it lasts, so what is left over needs no memory; each change of interest is a system call.
package struct EpollLevelModel: Model {
    package let name = "epoll-level"
    package let summary = "one thread with level-triggered epoll"
    package let workers = Workers.one

    package init() {}

    package func run(_ server: Server) { server.runEventLoop(on: EpollPoller<LevelTrigger>()) }
}
