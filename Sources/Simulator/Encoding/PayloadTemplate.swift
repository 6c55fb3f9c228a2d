import Community
import Foundation
import Pipeline

/// A recorded payload with holes: an example of the profile in which the values, the time and the device's identity are
/// replaced when a message is made. So the simulation sends what the real make sends, envelope and all.
struct PayloadTemplate: Sendable {
  enum Piece: Sendable {
    case bytes([UInt8])
    case field(FieldText)
    case time(TimeStyle)
    case identity(String)
  }

  /// How the example writes the time.
  enum TimeStyle: Sendable {
    case rfc3339
    /// Unix time, in units of so many ms, with so many digits after the point.
    case unix(unit: Double, decimals: Int)
    /// `2021-01-13T23:58:41` without a zone, as Tasmota does.
    case local
  }

  let pieces: [Piece]
  /// Points that the payload carries.
  let slots: Set<Int>

  init(_ payload: [UInt8], message: MessagePlan, points: [PointPlan.Values], identity: [String: String]) {
    var pieces: [Piece] = []
    var slots: Set<Int> = []
    func addField(_ fields: [FieldPlan], literal: String) {
      let field = FieldText(fields: fields, points: points, literal: literal)
      pieces.append(.field(field))
      slots.formUnion(field.slots)
    }
    if message.format == .text {
      addField(message.fields, literal: String(decoding: payload, as: UTF8.self))
    } else {
      var end = 0
      for scalar in JSONScalars.find(in: payload) {
        let literal = String(decoding: payload[scalar.range], as: UTF8.self)
        guard
          let piece = Self.piece(scalar.path, literal, message: message, points: points, identity: identity)
        else { continue }
        pieces.append(.bytes(Array(payload[end..<scalar.range.lowerBound])))
        if case .field(let field) = piece { slots.formUnion(field.slots) }
        pieces.append(piece)
        end = scalar.range.upperBound
      }
      pieces.append(.bytes(Array(payload[end...])))
    }
    self.pieces = pieces
    self.slots = slots
  }

  private static func piece(
    _ path: [String], _ literal: String, message: MessagePlan, points: [PointPlan.Values], identity: [String: String]
  ) -> Piece? {
    if path == message.time { return .time(timeStyle(literal)) }
    let fields = message.fields.filter { $0.pointer == path }
    // An example that shows null has nothing to fill in.
    if !fields.isEmpty {
      return literal == "null" ? nil : .field(FieldText(fields: fields, points: points, literal: literal))
    }
    if path == ["Time"], literal.utf8.count == 21 { return .time(.local) }
    let text = literal.filter { $0 != "\"" }
    return literal.hasPrefix("\"") ? identity.first { $0.value == text }.map { .identity($0.key) } : nil
  }

  private static func timeStyle(_ literal: String) -> TimeStyle {
    guard let number = Double(literal) else { return .rfc3339 }
    let decimals = literal.firstIndex(of: ".").map { literal.distance(from: $0, to: literal.endIndex) - 1 } ?? 0
    // The magnitudes of Unix times in s, ms, µs, ns of this century lie far apart.
    let unit = number < 1e11 ? 1000.0 : number < 1e14 ? 1 : number < 1e17 ? 1e-3 : 1e-6
    return .unix(unit: unit, decimals: decimals)
  }

  /// - Parameters:
  ///   - values: of every point of the device, canonical units.
  ///   - zone: what the device takes for local time, ms east of UTC.
  func payload(_ values: [Double], at time: Timestamp, identity: [String: String], zone: Int64) -> [UInt8] {
    var payload: [UInt8] = []
    payload.reserveCapacity(600)
    for piece in pieces {
      switch piece {
      case .bytes(let bytes): payload += bytes
      case .field(let field): payload += field.text(values).utf8
      case .identity(let name): payload += "\"\(identity[name] ?? "")\"".utf8
      case .time(.rfc3339): payload += "\"\(time.rfc3339)\"".utf8
      case .time(.local): payload += "\"\((time + zone).rfc3339.prefix(19))\"".utf8
      case .time(.unix(let unit, let decimals)):
        payload += String(format: "%.\(decimals)f", Double(time.milliseconds) / unit).utf8
      }
    }
    return payload
  }
}
