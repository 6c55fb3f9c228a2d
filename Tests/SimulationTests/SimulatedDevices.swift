import Pipeline

/// What the devices of the simulated site say.
struct SimulatedDevices {
  /// Presses of a button look all alike; else each carries its number. (A broker that gives packet ids again at once and sends
  /// equal messages is the one case that nobody can tell apart; see `SecondComings`.)
  let usesEqualPayloads: Bool
  /// Some messages are long, so that the journal's ring comes round.
  let areLong: Bool
  private var count = 0
  private var volume = 0.0

  init(usesEqualPayloads: Bool, areLong: Bool) {
    self.usesEqualPayloads = usesEqualPayloads
    self.areLong = areLong
  }

  mutating func next(_ dice: inout Dice, now: Int64, qos0: Int) -> SimulatedMessage {
    count += 1
    let (topic, text) = content(&dice, now)
    return SimulatedMessage(
      number: count, topic: topic, payload: Array(text.utf8), qos: dice.chance(qos0) ? 0 : 1,
      isRetained: dice.chance(4))
  }

  private mutating func content(_ dice: inout Dice, _ now: Int64) -> (String, String) {
    switch dice.weighted([30, 30, 20, 10, 4, 2]) {
    case 0:
      let number = usesEqualPayloads ? "" : ",\"n\":\(count)"
      return ("sim/b\(dice.pick(1...2))/button", "{\"press\":\"single\"\(number)}")
    case 1:
      var fields = "\"t\":\(dice.pick(12...19)).5,\"b\":\(dice.chance(20) ? dice.pick(5...20) : 90)"
      if areLong, dice.chance(60) {
        fields += ",\"note\":\"" + String(repeating: "-", count: dice.pick(1_000...6_000)) + "\""
      }
      // Its own time: about right, late, wrong.
      if dice.chance(60) { fields += ",\"time\":\(now - Int64(dice.pick([0, 500, 60_000, 10_000_000])))" }
      return ("sim/c\(dice.pick(1...3))/climate", "{\(fields),\"n\":\(count)}")
    case 2: return ("sim/d1/door", "{\"open\":\(dice.chance(50)),\"n\":\(count)}")
    case 3:
      volume += Double(dice.pick(0...2))
      return ("sim/m1/meter", "{\"v\":\(volume),\"n\":\(count)}")
    case 4: return ("sim/x\(dice.pick(1...3))/climate", "{\"t\":15,\"n\":\(count)}")
    default: return ("sim/d1/door", "not json \(count)")
    }
  }
}
