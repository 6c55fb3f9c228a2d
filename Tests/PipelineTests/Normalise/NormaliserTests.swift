import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Normaliser: a scalar becomes a canonical value and a reason")
struct NormaliserTests {
  private func read(
    _ json: String, _ field: FieldPlan, values: PointPlan.Values = .number, range: ClosedRange<Double>? = nil
  ) -> DecodeFixture.Reading? {
    let lane = DecodeFixture(
      DecodeFixture.lane(fields: [field], points: ["v"]) { point in
        point.values = values
        point.range = range
      })
    return lane.send("app/a1/up", #"{"v":\#(json)}"#).first
  }

  @Test(arguments: [
    ("open", 1.0, QualityReason.none), ("closed", 0, .none), ("ajar", 0, .undecodable), (" open ", 1, .none),
    ("", 0, .undecodable),
  ])
  func mapNamesTexts(text: String, value: Double, reason: QualityReason) {
    let reading = read("\"\(text)\"", FieldPlan(slot: 0, pointer: ["v"], scale: 7, map: ["open": 1, "closed": 0]))
    #expect(reading?.value == value && reading?.reason == reason)
  }

  @Test func mapNamesNumbersHoweverWritten() {
    let field = FieldPlan(slot: 0, pointer: ["v"], map: ["1": 10, "2.5": 25, "true": 5])
    #expect(
      ["1", "1.0", "\"1\"", "10e-1", "2.50", "true", "\"true\""].map { read($0, field)?.value } == [
        10, 10, 10, 10, 25, 5, 5,
      ])
    #expect(
      ["0", "false", "null", "[]", "{}"].map { read($0, field)?.reason }
        == [.undecodable, .undecodable, .sensorFault, .undecodable, .undecodable])
  }

  @Test func unmappedMayBeNothing() {
    let field = FieldPlan(slot: 0, pointer: ["v"], map: ["short": 1], ignoresUnmapped: true)
    #expect(read("\"short\"", field)?.value == 1)
    for json in ["\"\"", "\"long\"", "null", "3", "{}"] { #expect(read(json, field) == nil) }
  }

  @Test func scaleAndOffsetThenRange() {
    let fahrenheit = FieldPlan(slot: 0, pointer: ["v"], scale: 5.0 / 9, offset: -160.0 / 9)
    let range = -40.0...85.0
    #expect(abs((read("212", fahrenheit)?.value ?? 0) - 100) < 1e-9)
    #expect(read("185", fahrenheit, range: range)?.reason == QualityReason.none)
    #expect(read("-40", fahrenheit, range: range)?.reason == QualityReason.none)
    #expect(read("185.1", fahrenheit, range: range)?.reason == .outOfRange)
    #expect(read("1e308", FieldPlan(slot: 0, pointer: ["v"], scale: 1e10))?.reason == .notANumber)
  }

  @Test func faultsBeforeEverythingButSubstitution() {
    let field = FieldPlan(slot: 0, pointer: ["v"], faults: ["-127", "error", "null", "nan"])
    for json in ["-127", "-127.00", "\"-127\"", "\"error\"", "null", "\"null\"", "\"nan\""] {
      #expect(read(json, field)?.reason == .sensorFault, "\(json)")
    }
    #expect(read("-126.9", field)?.reason == QualityReason.none)
    let substituted = read("null", FieldPlan(slot: 0, pointer: ["v"], scale: 3, substitute: 20))
    #expect(substituted?.value == 20 && substituted?.reason == .substituted)
  }

  @Test func booleanPoints() {
    let field = FieldPlan(slot: 0, pointer: ["v"])
    let values = ["true", "false", "1", "0", "\"1\"", "\"True\"", "\"FALSE\"", "1.0"].map {
      read($0, field, values: .boolean)?.value
    }
    #expect(values == [1, 0, 1, 0, 1, 1, 0, 1])
    for json in ["2", "-1", "\"on\"", "\"\""] { #expect(read(json, field, values: .boolean)?.reason == .undecodable) }
  }

  @Test func namedPointsWithoutMapTakeTheirNames() {
    let field = FieldPlan(slot: 0, pointer: ["v"])
    let values = PointPlan.Values.named(["off", "heating", "cooling"])
    #expect(read("\"cooling\"", field, values: values)?.value == 2)
    #expect(read("\"drying\"", field, values: values)?.reason == .undecodable)
  }

  @Test func numbersSurviveTextAndJSON() {
    var random = SystemRandomNumberGenerator()
    let field = FieldPlan(slot: 0, pointer: ["v"])
    for _ in 0..<2000 {
      let value = Double(bitPattern: UInt64.random(in: .min ... .max, using: &random))
      guard value.isFinite else { continue }
      #expect(read("\(value)", field)?.value == value)
      #expect(read("\"\(value)\"", field)?.value == value)
    }
  }

  /// Tasmota messages and decoded LoRaWAN objects of real devices: every number must come out as it stands.
  @Test(.enabled(if: SharedData.isPresent, "no shared/data beside the checkout"))
  func realPayloads() throws {
    let folder = try #require(SharedData.folder)
    let tasmota = folder.appendingPathComponent("payload_mqtt_native/payloads.jsonl")
    let lorawan = folder.appendingPathComponent("payload_chirpstack/codec_tests.jsonl.gz")
    var objects = try Self.objects(
      String(contentsOf: tasmota, encoding: .utf8).split(separator: "\n")
    ).compactMap { $0["tele_SENSOR"] }
    objects += try Self.objects(SharedData.lines(ofGzipped: lorawan)).compactMap {
      ($0["expected"] as? [String: Any])?["data"]
    }
    var seen = 0
    for object in objects {
      var leaves: [([String], Double)] = []
      Self.collect(object, [], into: &leaves)
      guard !leaves.isEmpty else { continue }
      let fields = leaves.enumerated().map { FieldPlan(slot: $0, pointer: $1.0) }
      let names = leaves.map { $0.0.joined(separator: ".") }
      let lane = DecodeFixture(DecodeFixture.lane(topic: "tele/{device}/SENSOR", fields: fields, points: names))
      let payload = try JSONSerialization.data(withJSONObject: object)
      // Foundation's own reading of a number is off by a unit in the last place now and then.
      let values = lane.send("tele/a1/SENSOR", Array(payload)).map(\.value)
      #expect(values.count == leaves.count)
      #expect(zip(values, leaves).allSatisfy { abs($0 - $1.1) <= 2 * $1.1.ulp })
      seen += leaves.count
    }
    #expect(objects.count > 50 && seen > 300, "\(objects.count) objects, \(seen) numbers")
  }

  private static func objects(_ lines: [Substring]) throws -> [[String: Any]] {
    try lines.compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }

  private static func collect(_ value: Any, _ path: [String], into leaves: inout [([String], Double)]) {
    switch value {
    case let object as [String: Any]:
      for (key, inner) in object { collect(inner, path + [key], into: &leaves) }
    case let list as [Any]:
      for (at, inner) in list.enumerated() { collect(inner, path + ["\(at)"], into: &leaves) }
    case let text as String:
      if let number = Double(text) { leaves.append((path, number)) }
    // A truth value is no number ("c" is what Foundation stores it in).
    case let number as NSNumber:
      if String(cString: number.objCType) != "c" { leaves.append((path, number.doubleValue)) }
    default: break
    }
  }
}
