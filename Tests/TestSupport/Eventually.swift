import Glibc

/// Waits until a condition holds, looking every few milliseconds; false when it does not within the time.
/// - Parameter seconds: a bound for a broken case, not a pause.
package func eventually(within seconds: Double = 120, _ condition: () -> Bool) -> Bool {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  let start = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  while !condition() {
    clock_gettime(CLOCK_MONOTONIC, &time)
    if Double(time.tv_sec) + Double(time.tv_nsec) / 1e9 - start > seconds { return condition() }
    usleep(2_000)
  }
  return true
}

/// Gives way to other tasks until they have made a condition true. Ends, too, when the test is cancelled because its time limit
/// has passed: a loop that looked on would never let it fail.
package func comes(true condition: () async -> Bool) async {
  while await !condition(), !Task.isCancelled { await Task.yield() }
}
