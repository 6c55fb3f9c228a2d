// Who has an alert of the example community when, worked out the plain way from what its files say, on Shanghai's clock (UTC+8
// all the year). Knows nothing of the code that it checks.
import Alerts
import Pipeline

struct NaiveDuty {
  struct Step: Hashable, Comparable, CustomStringConvertible {
    var at: Timestamp
    /// Of the unit, or the role in a care plan.
    var level: String
    var people: [String]

    static func < (a: Step, b: Step) -> Bool { (a.at, a.level) < (b.at, b.level) }
    var description: String { "\(at.rfc3339) \(level) \(people.joined(separator: "+"))" }
  }

  /// Somebody of a home's own people.
  struct Call {
    var delay: Int64
    var role: String
    var name: String
  }

  // MARK: - places.yaml

  /// Ms.
  static func toAnswer(_ level: Int, _ priority: Priority) -> Int64? {
    let minutes: Int64 =
      switch (level, priority) {
      case (_, .low): 7 * 1_440
      case (0, .critical), (1, .critical): 3
      case (2, .critical): 5
      case (3, .critical): 10
      case (0, .high): 10
      case (1, .high): 15
      case (0, .medium): 30
      case (1, .medium): 60
      case (2, _): 20
      default: 30
      }
    return minutes * YearOfAlerts.minute
  }

  /// Ms.
  static func toFinish(_ level: Int, _ priority: Priority) -> Int64? {
    let minutes: Int64 =
      switch (level, priority) {
      case (_, .low): 14 * 1_440
      case (0, .critical): 60
      case (0, .high): 240
      case (1, _): 720
      case (3, _): 2_880
      default: 1_440
      }
    return minutes * YearOfAlerts.minute
  }

  private static let couples = ["chaoyang/yihe/b5/f1/101", "dongfeng/xinghua/b1/f3/303", "dongfeng/lvyuan/b2/f4/404"]
  private static let contacts: [String: String] = [
    "chaoyang/yihe/b3/f2/203": "女儿 (daughter)", "chaoyang/yihe/b3/f3/301": "儿子 (son)",
    "chaoyang/yihe/b3/f3/302": "社区志愿者 (volunteer)", "chaoyang/yihe/b5/f1/101": "侄女 (niece)",
    "chaoyang/yihe/b5/f4/402": "女儿 (daughter)", "chaoyang/jinxiu/b1/f2/201": "儿子 (son)",
    "chaoyang/jinxiu/b1/f5/502": "社区志愿者 (volunteer)", "chaoyang/jinxiu/b2/f1/102": "侄女 (niece)",
    "dongfeng/xinghua/b1/f3/303": "女儿 (daughter)", "dongfeng/xinghua/b1/f6/601": "儿子 (son)",
    "dongfeng/xinghua/b4/f2/204": "社区志愿者 (volunteer)", "dongfeng/lvyuan/b2/f1/103": "侄女 (niece)",
    "dongfeng/lvyuan/b2/f3/301": "女儿 (daughter)", "dongfeng/lvyuan/b2/f4/404": "儿子 (son)",
  ]

  /// alerts.yaml, `care`: who is told so long after the first question.
  static func care(_ place: String) -> [Call] {
    let home = place.replacing("hedong/jiefang/", with: "")
    guard let contact = contacts[home] else { return [] }
    let family = Call(delay: 0, role: "family", name: contact)
    let minute = YearOfAlerts.minute
    if couples.contains(home) { return [family, Call(delay: 10 * minute, role: "volunteer", name: "林晓雨")] }
    return [
      family, Call(delay: 5 * minute, role: "volunteer", name: "林晓雨"),
      Call(delay: 15 * minute, role: "doctor", name: "高医生 (Dr Gao)"),
    ]
  }

  // MARK: - duty.yaml

  static func people(_ level: String, _ place: String, _ time: Timestamp) -> [String] {
    let place = place + "/"
    let local = time.milliseconds + 8 * 3_600_000
    let day = Int(local / 86_400_000)
    let minute = Double(local % 86_400_000) / 60_000
    /// Monday is 0.
    func weekday(_ day: Int) -> Int { (day + 3) % 7 }
    /// Of a shift that begins at 8 the day counts on which it began.
    let shiftDay = minute < 480 ? day - 1 : day
    func two(_ first: Double, _ second: Double, _ byDay: String, _ byNight: String) -> [String] {
      switch minute {
      case first..<first + 15, second..<second + 15: [byDay, byNight]
      case first..<second: [byDay]
      default: [byNight]
      }
    }
    let names: [String]
    switch level {
    case "compound":
      if place.contains("/yihe/") {
        names = two(450, 1_170, "王强", "陈晓东")
      } else if place.contains("/jinxiu/") {
        names = two(450, 1_170, "刘洋", "田芳")
      } else {
        names = place.contains("/xinghua/") ? ["郑凯"] : ["何涛"]
      }
    case "community":
      if place.contains("/chaoyang/") {
        // Substituted from Monday, 21 December 2026 (day 20808) to Sunday, the 27th.
        let isAway = (20_808...20_814).contains(day)
        names = [0, 2, 4, 6].contains(weekday(shiftDay)) && !isAway ? ["赵丽华"] : ["孙伟"]
      } else {
        names = weekday(shiftDay) < 5 ? ["吴秀英"] : ["马超"]
      }
    case "street":
      // 1 to 7 October 2026 are days 20727 to 20733; New Year's Day 2027 is day 20819.
      func isOff(_ day: Int) -> Bool { weekday(day) >= 5 || (20_727...20_733).contains(day) || day == 20_819 }
      var present: Set<String> = []
      // Each shift that runs now or ended within the last quarter of an hour.
      for begun in day - 2...day {
        let since = Double(day - begun) * 1_440 + minute
        if isOff(begun) {
          if (480..<1_935).contains(since) { present.formUnion(["周建国", "李敏"]) }
        } else {
          if (480..<1_095).contains(since) { present.insert("李敏") }
          if (1_080..<1_935).contains(since) { present.insert("周建国") }
        }
      }
      names = present.sorted()
    default: names = two(480, 1_200, "李刚", "徐静")
    }
    return names.sorted()
  }
}
