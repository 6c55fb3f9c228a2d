// The life of one alert of the year the plain way: asks, answers, deadlines and silences one after the other. Knows nothing of the code
// that it checks.
import Alerts
import Pipeline

struct NaiveLife {
  /// What has to have become of an alert.
  struct Story {
    var steps: [NaiveDuty.Step] = []
    /// The first people asked; nobody, if it was hidden until its end.
    var first: [String] = []
    /// When it was hidden, up to its end.
    var hidden: [NaiveQuiet.Span] = []
    var closed = Timestamp.distantFuture
  }

  private enum Event: Int { case hide, release, answerDue, finishDue, care, realarm, clear, answer, reset }

  private static let levels = ["compound", "community", "street", "district"]
  private let fate: AlertFate
  private let isUrgent: Bool
  private let hasDuty: Bool
  private var spans: [NaiveQuiet.Span]
  private var story = Story()
  private var isHidden = false
  private var wasTold = false
  private var isAnswered = false
  private var isOver = false
  private var level = 0
  private var asked = 0
  private var answers: [Timestamp] = []
  private var answerDue: Timestamp?
  private var finishDue: Timestamp?
  private var realarmDue: Timestamp?
  private var careDues: [NaiveDuty.Call] = []
  private var careFrom = Timestamp.distantPast
  private var resetAt: Timestamp?

  private init(_ fate: AlertFate, hidden: [NaiveQuiet.Span]) {
    self.fate = fate
    isUrgent = fate.traits.priority == .critical || fate.traits.priority == .high
    hasDuty = !fate.place.isEmpty
    spans = hidden
  }

  static func story(_ fate: AlertFate, hidden: [NaiveQuiet.Span]) -> Story {
    var life = NaiveLife(fate, hidden: hidden)
    life.live()
    return life.story
  }

  private mutating func live() {
    if spans.first?.from != fate.raisedAt { ask(fate.raisedAt) }
    while story.closed == .distantFuture, let (time, event) = next() { happen(event, at: time) }
    if isHidden, let last = story.hidden.indices.last { story.hidden[last].until = story.closed }
    story.steps.sort()
    story.first.sort()
  }

  private func next() -> (Timestamp, Event)? {
    var candidates: [(Timestamp, Event)] = []
    if let span = spans.first { candidates.append(isHidden ? (span.until, .release) : (span.from, .hide)) }
    if !isOver { candidates.append((fate.clearedAt, .clear)) }
    candidates += answers.map { ($0, .answer) }
    let dues: [(Timestamp?, Event)] = [
      (answerDue, .answerDue), (finishDue, .finishDue), (realarmDue, .realarm), (resetAt, .reset),
      (careDues.first.map { careFrom + $0.delay }, .care),
    ]
    candidates += dues.compactMap { due in due.0.map { ($0, due.1) } }
    return candidates.min { ($0.0, $0.1.rawValue) < ($1.0, $1.1.rawValue) }
  }

  private mutating func happen(_ event: Event, at time: Timestamp) {
    switch event {
    case .hide:
      isHidden = true
      story.hidden.append(NaiveQuiet.Span(from: time, until: time))
      forget()
    case .release:
      isHidden = false
      story.hidden[story.hidden.count - 1].until = time
      spans.removeFirst()
      ask(time)
    case .answerDue, .finishDue: climb(time)
    case .care:
      let call = careDues.removeFirst()
      story.steps.append(NaiveDuty.Step(at: time, level: call.role, people: [call.name]))
    case .realarm:
      isAnswered = false
      ask(time)
    case .clear:
      isOver = true
      realarmDue = nil
      if !goesOn { forget() }
      let isUntold = !wasTold && fate.clearedAt > fate.raisedAt
      if !fate.traits.latched, isAnswered || isUntold { story.closed = time }
      planReset(time)
    case .answer:
      answers.removeAll { $0 == time }
      if !isAnswered {
        isAnswered = true
        answerDue = nil
        careDues = []
        realarmDue = isOver || isHidden ? nil : speaksAgainAfter.map { time + $0 }
        if isOver && !fate.traits.latched { story.closed = time }
      }
      planReset(time)
    case .reset: story.closed = time
    }
  }

  /// A missed deadline still matters.
  private var goesOn: Bool {
    isUrgent || !isOver || fate.traits.latched || fate.clearedAt == fate.raisedAt
  }

  /// alerts.yaml, `realarm`; Linli's own alerts have none.
  private var speaksAgainAfter: Int64? {
    if !hasDuty { return nil }
    switch fate.traits.priority {
    case .critical: return 2 * YearOfAlerts.hour
    case .high: return 12 * YearOfAlerts.hour
    case .medium, .low: return nil
    }
  }

  private mutating func planReset(_ time: Timestamp) {
    if fate.traits.latched, isOver, isAnswered, resetAt == nil { resetAt = time + fate.resetAfter }
  }

  private mutating func forget() {
    answerDue = nil
    finishDue = nil
    realarmDue = nil
    careDues = []
  }

  /// At the raise, when it is hidden no more, and when it speaks again. What is answered keeps its level and has its time anew.
  private mutating func ask(_ time: Timestamp) {
    forget()
    if isAnswered {
      if hasDuty { finishDue = NaiveDuty.toFinish(level, fate.traits.priority).map { time + $0 } }
      if !isOver { realarmDue = speaksAgainAfter.map { time + $0 } }
    } else {
      let family = isUrgent ? NaiveDuty.care(fate.place) : []
      if !wasTold && hasDuty {
        story.first = NaiveDuty.people("compound", fate.place, time) + family.prefix(1).map(\.name)
      }
      wasTold = true
      level = 0
      if hasDuty { setDues(time) }
      careDues = Array(family.dropFirst())
      careFrom = time
      answers.append(time + fate.answers[min(asked, fate.answers.count - 1)])
      asked += 1
    }
    if !goesOn { forget() }
  }

  private mutating func setDues(_ time: Timestamp) {
    answerDue = isAnswered ? nil : NaiveDuty.toAnswer(level, fate.traits.priority).map { time + $0 }
    finishDue = NaiveDuty.toFinish(level, fate.traits.priority).map { time + $0 }
  }

  private mutating func climb(_ time: Timestamp) {
    if level < 3 {
      level += 1
      setDues(time)
      let name = Self.levels[level]
      story.steps.append(
        NaiveDuty.Step(at: time, level: name, people: NaiveDuty.people(name, fate.place, time)))
    } else {
      // At the top it is the same unit again, which is no step up.
      if answerDue == time { answerDue = nil }
      if finishDue == time { finishDue = nil }
    }
  }
}
