// Before the first step: the memory of the parked processes is made as large as the model says.

import Checker
import Model

extension ReplaySession {
    /// Makes processes grow or shrink by the system call `sbrk`, where the block binds it and their size.
    ///
    /// A model begins with processes of a page or two, a parked process has the memory of its program.
    func setUp() throws(ReplayError) {
        guard let grow = calls.binding(ofSystemCall: "sbrk"), let number = grow.systemCall?.number else { return }
        let start = run.state(before: bootCount)
        for (line, element) in kernel.elements where kernel.isSize(line) {
            guard case .integer(let wanted)? = element.value(in: start),
                case .success(.integer(let now)) = kernel.read(line, element, situation), wanted != now,
                let driven = driver.driven.values.first(where: { driven in
                    likeness.partners.pid(element.open.first ?? -1, of: line.open.first?.type ?? .int) == driven.pid
                }),
                let arguments = calls.arguments(
                    of: grow, parameter: .integer(wanted - now), pid: driven.pid, in: start)
            else { continue }
            driver.issue(driven, number: number, try registers(driven, arguments))
            guard case .reached = driver.run(driven, to: .user) else {
                throw ReplayError(
                    "process \(driven.process.number) cannot be given the size that the model begins with")
            }
            driver.rest(driven)
        }
        driver.control.resetCount()
    }
}
