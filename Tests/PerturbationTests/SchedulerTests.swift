// Goal: every supervised call is answered exactly once, in its time; delays and faults follow the seed.
// Method: the scheduler is a value: calls and times go in, answers come out, no kernel takes part.

import Glibc
import Perturbation
import Testing

@Suite struct SchedulerTests {
    static func call(_ id: UInt64, thread: UInt32 = 1, sites: NoiseSites = .input) -> SyscallScheduler.Call {
        SyscallScheduler.Call(id: id, listener: 5, thread: thread, sites: sites)
    }

    @Test("without noise each call goes on at once")
    func quiet() {
        var scheduler = SyscallScheduler()
        for id in 0..<100 as Range<UInt64> {
            #expect(scheduler.received(Self.call(id), at: id).map(\.call.id) == [id])
        }
        #expect(scheduler.deadline == nil)
        #expect(scheduler.counters == PerturbationCounters(calls: 100))
    }

    @Test(
        "each call is answered once, held ones in pairs or by their deadline", arguments: 1...20 as ClosedRange<UInt64>)
    func once(seed: UInt64) {
        var scheduler = SyscallScheduler()
        let noise = Noise(seed: seed, probability: 0.5, longestSleep: .microseconds(50))
        scheduler.begin(noise, .none)
        var answered: [UInt64] = []
        var waiting: Set<UInt64> = []
        var delayed = 0
        for id in 0..<500 as Range<UInt64> {
            let thread = UInt32(id % 3)
            if noise.delay(thread: thread, call: id / 3) != .none { delayed += 1 }
            waiting.insert(id)
            let time = id * 20_000
            let late = scheduler.expired(at: time)
            let now = scheduler.received(Self.call(id, thread: thread), at: time)
            for answer in late + now {
                #expect(waiting.remove(answer.call.id) != nil)
                answered.append(answer.call.id)
            }
            #expect(waiting.count < SyscallScheduler.groupSize)
            #expect((scheduler.deadline == nil) == waiting.isEmpty)
            if let deadline = scheduler.deadline { #expect(deadline > time && deadline <= time + 50_000) }
        }
        let last = scheduler.expired(at: .max).map(\.call.id)
        #expect(Set(last) == waiting)
        #expect(Set(answered + last) == Set(0..<500))
        #expect(scheduler.counters.delays == UInt64(delayed))
    }

    @Test("pairs are let go in both orders")
    func bothOrders() {
        var scheduler = SyscallScheduler()
        scheduler.begin(Noise(seed: 1, probability: 0.5, longestSleep: .microseconds(1000)), .none)
        var orders: Set<Bool> = []
        for id in 0..<200 as Range<UInt64> {
            let answers = scheduler.received(Self.call(id, thread: UInt32(id % 2)), at: 0)
            if answers.count == 2 { orders.insert(answers[0].call.id < answers[1].call.id) }
        }
        #expect(orders == [true, false])
    }

    @Test("an execution's noise depends on its seed and not on the executions before it")
    func executions() {
        func delays(_ scheduler: inout SyscallScheduler, _ threads: [UInt32]) -> [Int] {
            scheduler.begin(Noise(seed: 9, probability: 0.3, longestSleep: .microseconds(10)), .none)
            return (0..<60).map { index in
                let call = Self.call(UInt64(index), thread: threads[index % threads.count])
                defer { _ = scheduler.expired(at: .max) }
                return scheduler.received(call, at: 0).count
            }
        }
        var scheduler = SyscallScheduler()
        #expect(delays(&scheduler, [71, 72, 73]) == delays(&scheduler, [12, 99, 5]))
    }

    @Test("sites which are off are not delayed; calls of a program that ended are forgotten")
    func sitesAndEnd() {
        var scheduler = SyscallScheduler()
        scheduler.begin(Noise(seed: 1, probability: 0.5, sites: [.accept]), .none)
        for id in 0..<50 as Range<UInt64> { #expect(scheduler.received(Self.call(id), at: 0).count == 1) }
        var id = 50 as UInt64
        while scheduler.received(Self.call(id, sites: .accept), at: 0).count == 1 { id += 1 }
        #expect(scheduler.deadline != nil)
        scheduler.detached(listener: 5)
        #expect(scheduler.deadline == nil)
        #expect(scheduler.expired(at: .max).isEmpty)
    }

    @Test("faults are those asked for, at the calls which can have them")
    func faults() {
        func failures(_ sites: NoiseSites, _ kinds: SyscallFaults.Kinds) -> Set<Int32> {
            let faults = SyscallFaults(probability: 0.5, kinds: kinds)
            let draws = (0..<100 as Range<UInt32>).map { Noise.child(of: 3, fork: $0) }
            return Set(draws.compactMap { faults.failure(at: sites, draw: $0) })
        }
        let all: SyscallFaults.Kinds = [
            .interruptedInput, .interruptedOutput, .interruptedAccept, .abortedAccept, .noDescriptor,
        ]
        #expect(failures(.accept, all) == [EINTR, ECONNABORTED, EMFILE])
        #expect(failures(.accept, [.noDescriptor, .interruptedInput]) == [EMFILE])
        #expect(failures(.input, all) == [EINTR])
        #expect(failures(.output, all) == [EINTR])
        #expect(failures(.output, .interruptedInput).isEmpty)
        #expect(failures([.lock, .unlock, .condition], all).isEmpty)
        #expect(failures(.files, all).isEmpty)
        #expect(SyscallFaults(probability: .nan, kinds: all).failure(at: .accept, draw: 0) == nil)
    }
}
