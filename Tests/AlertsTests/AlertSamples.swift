// Changes and alerts for the tests of this target.
import Community
import Pipeline

@testable import Alerts

func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_767_571_200_000 + seconds * 1000) }

func traits(_ priority: Priority = .high) -> AlertTraits {
  AlertTraits(
    priority: priority, title: LocalizedText(zh: "房间温度过低", en: "Room too cold"),
    advice: LocalizedText(zh: "检查暖气", en: "Check heating"), audience: ["care"])
}

func change(
  _ kind: ConditionChange.Kind, _ subject: String = "care-301-env/temperature", rule: String = "care-room-cold",
  at seconds: Int64, position: JournalPosition = 1
) -> ConditionChange {
  ConditionChange(
    kind: kind, rule: rule, subject: subject, place: "hedong/jiefang/301", at: at(seconds), noticedAt: at(seconds + 2),
    value: 15.2, unit: "Cel", point: subject, position: position, ordinal: 0)
}

extension AlertBook {
  mutating func raise(_ subject: String = "care-301-env/temperature", at seconds: Int64, _ priority: Priority = .high)
    -> [AlertEvent]
  {
    apply(change(.raised, subject, at: seconds), lane: "main", traits: traits(priority))
  }

  mutating func clear(_ subject: String = "care-301-env/temperature", at seconds: Int64) -> [AlertEvent] {
    apply(change(.cleared, subject, at: seconds), lane: "main", traits: traits())
  }
}

/// Small, seeded, the same on every machine (SplitMix64).
struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
