import CSimdjson

/// A `LanePlan` as the decoder's hot path reads it: rows without references, in memory that does not move.
final class DecodeTables {
  /// How the payloads of one topic pattern are read.
  struct MessageRow: BitwiseCopyable {
    var isJSON: Bool
    /// The set of JSON Pointers.
    var paths: OpaquePointer
    /// Slot of the device's time; −1: the message has none.
    var time: Int32
    var firstField: Int
    var fieldCount: Int
  }

  let messages: UnsafeMutablePointer<MessageRow>
  let fields: UnsafeMutablePointer<FieldRow>
  let texts: UnsafeMutablePointer<TextRow>
  let points: UnsafeMutablePointer<PointRow>
  /// Of each device.
  let firstPoints: UnsafeMutablePointer<PointID>
  /// Whether a device's battery is low: the only thing here that outlives a message.
  let batteryIsLow: UnsafeMutablePointer<Bool>
  let deviceCount: Int
  let pointCount: Int
  /// Room for what became of each field of one message.
  let outcomes: UnsafeMutablePointer<Normaliser.Outcome>
  /// Number of the first message of each profile.
  let firstMessages: [Int]
  private let sets: [JSONPaths]
  private let textBytes: UnsafeMutableRawBufferPointer

  init(_ plan: LanePlan) {
    var compiler = DecodeCompiler(plan)
    compiler.run()
    messages = Self.copy(compiler.messages)
    fields = Self.copy(compiler.fields)
    points = Self.copy(compiler.points)
    firstPoints = Self.copy(plan.devices.map(\.firstPoint))
    batteryIsLow = Self.copy(Array(repeating: false, count: plan.devices.count))
    deviceCount = plan.devices.count
    pointCount = plan.points.count
    let mostFields = compiler.messages.map(\.fieldCount).max() ?? 0
    outcomes = .allocate(capacity: max(1, mostFields))
    outcomes.initialize(repeating: .nothing, count: max(1, mostFields))
    firstMessages = compiler.firstMessages
    sets = compiler.sets
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, compiler.textBytes.count), alignment: 1)
    bytes.copyBytes(from: compiler.textBytes)
    textBytes = bytes
    texts = Self.copy(
      compiler.texts.map { text in
        let view = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[text.bytes])
        let number = Scalar.number(in: view)
        return TextRow(bytes: view, number: number.kind == .number ? number.number : .nan, value: text.value)
      })
  }

  deinit {
    messages.deallocate()
    fields.deallocate()
    texts.deallocate()
    points.deallocate()
    firstPoints.deallocate()
    batteryIsLow.deallocate()
    textBytes.deallocate()
    outcomes.deallocate()
  }

  private static func copy<Row: BitwiseCopyable>(_ rows: [Row]) -> UnsafeMutablePointer<Row> {
    let memory = UnsafeMutablePointer<Row>.allocate(capacity: max(1, rows.count))
    rows.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { memory.initialize(from: base, count: rows.count) }
    }
    return memory
  }
}
