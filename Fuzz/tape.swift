// Any bytes as a tape file; what was read must survive being written and read again.
import Glibc

private func messages(_ bytes: UnsafeRawBufferPointer) -> [(Timestamp, [UInt8], [UInt8])] {
  // A pipe holds 64 KiB, more than any input here.
  var ends: [CInt] = [0, 0]
  guard pipe(&ends) == 0 else { return [] }
  defer { close(ends[0]) }
  let written = write(ends[1], bytes.baseAddress, bytes.count)
  close(ends[1])
  guard written == bytes.count else { return [] }
  let reader = TapeReader(descriptor: ends[0], longestLine: 1000)
  var found: [(Timestamp, [UInt8], [UInt8])] = []
  var step: TapeReader.Step?
  while step != .end {
    step = try? reader.next { found.append(($0.arrival, Array($0.topic), Array($0.payload))) }
    if step == nil { break }
  }
  return found
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  for (time, topic, payload) in messages(UnsafeRawBufferPointer(start: start, count: count)) {
    var line: [UInt8] = []
    topic.withUnsafeBytes { topic in
      payload.withUnsafeBytes { payload in
        TapeWriter.append(RawMessage(topic: topic, payload: payload, arrival: time), to: &line)
      }
    }
    guard line.count < 900 else { continue }
    let again = line.withUnsafeBytes { messages($0) }
    precondition(again.count == 1 && again[0] == (time, topic, payload))
  }
  return 0
}
