// The machine's clock, for the running service.
import Foundation
package import Pipeline

package struct SystemDeliveryClock: DeliveryClock {
  package init() {}

  package var now: Timestamp { Timestamp(seconds: Date().timeIntervalSince1970) }
}

extension DeliveryClock {
  package func sleep(until deadline: Timestamp) async {
    // In steps: a clock that is set while we wait must not make us wait for the old time.
    while !Task.isCancelled {
      let left = deadline - now
      if left <= 0 { return }
      do { try await Task.sleep(for: .milliseconds(min(left, 30_000))) } catch { return }
    }
  }
}
