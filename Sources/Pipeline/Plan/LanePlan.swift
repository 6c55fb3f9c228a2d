/// Everything a lane needs to know, compiled from the configuration when it is loaded: plain values, indices instead of
/// names, units already folded into factors. The hot path reads it and nothing else.
package struct LanePlan: Sendable {
  package var devices: [DevicePlan] = []
  package var points: [PointPlan] = []
  package var profiles: [ProfilePlan] = []
  package var rules: [RulePlan] = []
  /// Local times that `during` refers to; `InstancePlan.zone` is an index into it.
  package var zones: [LocalTimeTable] = [.utc]
  package var limits = Limits()
  /// What lies below these topics the service itself has published on the lane's broker: no reading, unless a device is bound to it.
  package var ownTopics: [String] = []

  package init() {}

  /// Bounds of a lane (DESIGN §6 and "put a limit on everything").
  package struct Limits: Sendable {
    /// A device time may be so far ahead of the arrival, ms.
    package var maxAhead: Int64 = 120_000
    /// …and so far behind it, ms.
    package var maxLate: Int64 = 3_600_000
    /// Payloads above are not decoded but dead-lettered, bytes.
    package var payloadBytes = 1 << 20
    /// Distinct topics whose binding is remembered.
    package var topics = 262_144
    /// Discovered devices, and topics that no profile knows, that are remembered; 0 = none are looked at.
    package var discovered = 1_000
    /// Dead letters kept.
    package var deadLetters = 200

    package init() {}
  }
}

/// A device of the configuration. Its points are `firstPoint ..< firstPoint + profile.points.count`, in profile order.
package struct DevicePlan: Sendable {
  package var id: String
  /// Index into `LanePlan.profiles`.
  package var profile: Int
  /// Full path, `hedong/jiefang/…/301`.
  package var place: String
  /// The captures of the topic that identify it, e.g. `["device": "24e124136b502217"]`.
  package var match: [String: String]
  package var firstPoint: PointID
  /// Silent after so many ms without a message; nil = never (no interval known).
  package var silentAfter: Int64?

  package init(
    id: String, profile: Int, place: String, match: [String: String], firstPoint: PointID, silentAfter: Int64?
  ) {
    self.id = id
    self.profile = profile
    self.place = place
    self.match = match
    self.firstPoint = firstPoint
    self.silentAfter = silentAfter
  }
}

/// A point of a device, `care-301-env/temperature`. What its profile says of it is kept once for all devices.
package struct PointPlan: Sendable {
  package enum Values: Sendable, Equatable {
    case number
    /// 0 or 1.
    case boolean
    /// The value is an index into the names.
    case named([String])
  }

  package var id: String
  package var device: DeviceID
  private var kind: Kind

  /// The same for all points that are copies of one.
  private final class Kind: Sendable {
    let content: Content
    init(_ content: Content) { self.content = content }
  }

  private struct Content {
    var quantity: String
    var unit: String
    var values: Values
    var range: ClosedRange<Double>?
    var event: Bool
    var mustChangeWithin: Int64?
    var low: Double?
  }

  private subscript<Value>(_ path: WritableKeyPath<Content, Value>) -> Value {
    get { kind.content[keyPath: path] }
    set {
      var content = kind.content
      content[keyPath: path] = newValue
      kind = Kind(content)
    }
  }

  package var quantity: String {
    get { kind.content.quantity }
    set { self[\.quantity] = newValue }
  }
  /// The quantity's canonical unit, UCUM.
  package var unit: String {
    get { kind.content.unit }
    set { self[\.unit] = newValue }
  }
  package var values: Values {
    get { kind.content.values }
    set { self[\.values] = newValue }
  }
  /// Plausible values in the canonical unit; outside is bad(out-of-range).
  package var range: ClosedRange<Double>? {
    get { kind.content.range }
    set { self[\.range] = newValue }
  }
  /// Momentary (button, fall): true, then false by itself; retained copies are ignored.
  package var event: Bool {
    get { kind.content.event }
    set { self[\.event] = newValue }
  }
  /// Ms after which a value that has not moved is bad(stuck); nil = may stand still.
  package var mustChangeWithin: Int64? {
    get { kind.content.mustChangeWithin }
    set { self[\.mustChangeWithin] = newValue }
  }
  /// Battery level below which the device's readings are uncertain(low-battery); only on the battery point.
  package var low: Double? {
    get { kind.content.low }
    set { self[\.low] = newValue }
  }

  package init(
    id: String, device: DeviceID, quantity: String, unit: String, values: Values = .number,
    range: ClosedRange<Double>? = nil, event: Bool = false, mustChangeWithin: Int64? = nil, low: Double? = nil
  ) {
    self.id = id
    self.device = device
    kind = Kind(
      Content(
        quantity: quantity, unit: unit, values: values, range: range, event: event, mustChangeWithin: mustChangeWithin,
        low: low))
  }
}

/// How messages of one make and model are read.
package struct ProfilePlan: Sendable {
  package var name: String
  /// Names of the points, in slot order.
  package var points: [String]
  package var messages: [MessagePlan]

  package init(name: String, points: [String], messages: [MessagePlan]) {
    self.name = name
    self.points = points
    self.messages = messages
  }
}

package enum PayloadFormat: String, Sendable, CaseIterable {
  /// A JSON document; fields by JSON Pointer.
  case json
  /// The payload is the one value, as text.
  case text
}

/// One topic pattern of a profile and the fields in its payload.
package struct MessagePlan: Sendable {
  /// MQTT levels; `{name}` captures one level, `+` any level, a last `#` the rest.
  package var topic: String
  package var format: PayloadFormat
  /// JSON Pointer tokens of the device's time; nil = arrival time.
  package var time: [String]?
  package var fields: [FieldPlan]

  package init(topic: String, format: PayloadFormat, time: [String]? = nil, fields: [FieldPlan]) {
    self.topic = topic
    self.format = format
    self.time = time
    self.fields = fields
  }
}

/// One field of a payload → one point.
package struct FieldPlan: Sendable {
  /// Which point of the profile.
  package var slot: Int
  /// JSON Pointer tokens (RFC 6901, unescaped); empty = the whole document.
  package var pointer: [String]
  /// canonical = raw × scale + offset; the profile's own `scale`/`offset` and the unit conversion are folded in.
  package var scale: Double
  package var offset: Double
  /// Text of the scalar → canonical value (already converted; booleans 0/1; named values their index). When present,
  /// a scalar that is not in it is bad(undecodable).
  package var map: [String: Double]?
  /// Texts or numbers (as text) that stand for a broken sensor: bad(sensor-fault), e.g. "-127", "error", "null".
  package var faults: Set<String>
  /// Taken as uncertain(substituted), in the canonical unit, when the field is null.
  package var substitute: Double?
  /// Scalars that `map` does not name give no reading instead of a bad one (event points: `action: ""`).
  package var ignoresUnmapped: Bool

  package init(
    slot: Int, pointer: [String], scale: Double = 1, offset: Double = 0, map: [String: Double]? = nil,
    faults: Set<String> = [], substitute: Double? = nil, ignoresUnmapped: Bool = false
  ) {
    self.slot = slot
    self.pointer = pointer
    self.scale = scale
    self.offset = offset
    self.map = map
    self.faults = faults
    self.substitute = substitute
    self.ignoresUnmapped = ignoresUnmapped
  }
}
