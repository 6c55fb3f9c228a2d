import CSimdjson

/// A `LanePlan` as the decoder's hot path reads it: rows without references, in memory that does not move.
struct DecodeTables: ~Copyable {
  /// How the payloads of one topic pattern are read.
  struct MessageRow: BitwiseCopyable {
    var isJSON: Bool
    /// The set of JSON Pointers.
    var paths: OpaquePointer
    /// Slot of the device's time; −1: the message has none.
    var time: Int32
    var firstField: Int
    var fieldCount: Int
    /// From the first field that may be a battery level to behind the last.
    var firstBattery: Int
    var batteriesEnd: Int
  }

  struct DeviceRow: BitwiseCopyable {
    var firstPoint: PointID
    /// In `points`; devices of one profile share their rows.
    var firstRow: UInt32
  }

  let messages: UnsafeMutablePointer<MessageRow>
  let fields: UnsafeMutablePointer<FieldRow>
  let texts: UnsafeMutablePointer<TextRow>
  let points: UnsafeMutablePointer<PointRow>
  let devices: UnsafeMutablePointer<DeviceRow>
  /// Whether a device's battery is low: the only thing here that outlives a message.
  let batteryIsLow: UnsafeMutablePointer<Bool>
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
    devices = Self.copy(compiler.devices)
    batteryIsLow = Self.copy(Array(repeating: false, count: plan.devices.count))
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
    devices.deallocate()
    batteryIsLow.deallocate()
    textBytes.deallocate()
  }

  private static func copy<Row: BitwiseCopyable>(_ rows: [Row]) -> UnsafeMutablePointer<Row> {
    let memory = UnsafeMutablePointer<Row>.allocate(capacity: max(1, rows.count))
    rows.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { memory.initialize(from: base, count: rows.count) }
    }
    return memory
  }
}
