/// One thread and an event loop on edge-triggered `epoll(7)`: what nginx does in each worker.
///
/// An event is told once, so the loop remembers whom it has not served to the end.
package struct EpollModel: Model {
    package let name = "epoll"
    package let summary = "one thread with edge-triggered epoll"
    package let workers = Workers.one

    package init() {}

    package func run(_ server: Server) { server.runEventLoop(on: EpollPoller<EdgeTrigger>()) }
}
