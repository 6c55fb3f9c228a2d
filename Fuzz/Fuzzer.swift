// The face that libFuzzer sees: runs its inputs through the target that LINLI_FUZZ_TARGET names.
import FuzzTargets
import Glibc

private let target: FuzzTarget = {
  let name = getenv("LINLI_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget.named(name) else {
    fatalError("LINLI_FUZZ_TARGET must be one of: \(FuzzTarget.all.map(\.name).joined(separator: " "))")
  }
  return target
}()

@_cdecl("LLVMFuzzerTestOneInput")
public func runOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    try target.run(UnsafeRawBufferPointer(start: start, count: count))
  } catch {
    fatalError("\(target.name): \(error)")
  }
  return 0
}
