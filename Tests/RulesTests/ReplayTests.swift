import Pipeline
import Rules
import Testing

@Suite struct ReplayTests {
  static let files = [
    "places.yaml": """
    places:
      - {id: hedong, level: district, places: [{id: "301", level: room, kind: care-room}, {id: plant, level: room}]}
    """,
    "devices.yaml": """
    devices:
      - {id: care-301-env, profile: em300, place: hedong/301, match: {device: aa}}
      - {id: care-301-door, profile: door, place: hedong/301, match: {device: bb}}
      - {id: plant-env, profile: em300, place: hedong/plant, match: {device: cc}}
    """,
    "devices/em300.yaml": """
    profile: em300
    kind: room-climate
    topic: app/{device}/up
    format: json
    time: /time
    interval: 10m
    points:
      temperature: {from: /t, quantity: temperature, unit: "[degF]", range: [-40, 185]}
      battery: {from: /b, quantity: battery-level, unit: "%", low: 15}
    """,
    "devices/door.yaml": """
    profile: door
    kind: door-contact
    topic: door/{device}
    format: text
    points:
      door: {quantity: open, map: {open: true, closed: false}}
    """,
    "rules/care.yaml": """
    rules:
      - id: care-room-cold
        on: {quantity: temperature, place_kind: care-room}
        when: {below: 16, for: 10m, deadband: 1}
        priority: high
      - id: cold-and-open
        when:
          all:
            - {on: {quantity: temperature}, below: 16}
            - {on: {quantity: open}, equals: true}
        per: room
        priority: critical
    """,
  ]

  static func tape(_ minute: Int, _ device: String, _ payload: String) -> String {
    let tst = "2026-01-05T0\(3 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):00.000000Z+0000"
    return #"{"tst":"\#(tst)","topic":"app/\#(device)/up","qos":1,"retain":0,"payload":\#(payload)}"#
  }

  @Test func theWholeWay() throws {
    let community = try TestCommunity(Self.files)
    #expect(community.problems == [])
    var lines = [Self.tape(0, "aa", #"{"t":59,"b":80}"#)]
    for minute in 1...19 { lines.append(Self.tape(minute, "aa", #"{"t":\#(minute == 18 ? 63.5 : 59),"b":14}"#)) }
    lines.insert(#"{"tst":"2026-01-05T03:05:00Z","topic":"door/bb","payload":"open"}"#, at: 6)
    lines.insert("{not json", at: 3)
    let until = try #require(Timestamp(rfc3339: "2026-01-05T04:00:00Z"))
    let (changes, _, malformed) = try community.replay([lines], until: until)
    #expect(malformed.count == 1)
    #expect(malformed.first?.hasPrefix("4: ") == true)
    func id(_ rule: String, _ subject: String, _ time: String) -> String {
      AlertIdentity.id(rule: rule, subject: subject, raisedAt: Timestamp(rfc3339: time) ?? .distantPast)
    }
    let battery = id("battery-low", "care-301-env/battery", "2026-01-05T03:01:00Z")
    let open = id("cold-and-open", "hedong/301", "2026-01-05T03:05:00Z")
    let cold = id("care-room-cold", "care-301-env/temperature", "2026-01-05T03:10:00Z")
    let plant = id("device-silent", "plant-env", "2026-01-05T03:30:00Z")
    let silent = id("device-silent", "care-301-env", "2026-01-05T03:49:00Z")
    #expect(
      changes.map(\.json) == [
        #"{"at":"2026-01-05T03:01:00.000Z","change":"raised","alert":"\#(battery)","rule":"battery-low","subject":"care-301-env/battery","place":"hedong/301","priority":"low","value":14}"#,
        #"{"at":"2026-01-05T03:05:00.000Z","change":"raised","alert":"\#(open)","rule":"cold-and-open","subject":"hedong/301","place":"hedong/301","priority":"critical","value":1}"#,
        #"{"at":"2026-01-05T03:10:00.000Z","change":"raised","alert":"\#(cold)","rule":"care-room-cold","subject":"care-301-env/temperature","place":"hedong/301","priority":"high","value":15}"#,
        #"{"at":"2026-01-05T03:18:00.000Z","change":"cleared","alert":"\#(cold)","rule":"care-room-cold","subject":"care-301-env/temperature","place":"hedong/301","priority":"high","value":17.5}"#,
        #"{"at":"2026-01-05T03:18:00.000Z","change":"cleared","alert":"\#(open)","rule":"cold-and-open","subject":"hedong/301","place":"hedong/301","priority":"critical","value":17.5}"#,
        #"{"at":"2026-01-05T03:19:00.000Z","change":"raised","alert":"\#(id("cold-and-open", "hedong/301", "2026-01-05T03:19:00Z"))","rule":"cold-and-open","subject":"hedong/301","place":"hedong/301","priority":"critical","value":15}"#,
        #"{"at":"2026-01-05T03:29:00.000Z","change":"raised","alert":"\#(id("care-room-cold", "care-301-env/temperature", "2026-01-05T03:29:00Z"))","rule":"care-room-cold","subject":"care-301-env/temperature","place":"hedong/301","priority":"high","value":15}"#,
        #"{"at":"2026-01-05T03:30:00.000Z","change":"raised","alert":"\#(plant)","rule":"device-silent","subject":"plant-env","place":"hedong/plant","priority":"medium","value":null}"#,
        #"{"at":"2026-01-05T03:49:00.000Z","change":"raised","alert":"\#(silent)","rule":"device-silent","subject":"care-301-env","place":"hedong/301","priority":"medium","value":null}"#,
      ])
  }

  @Test func laterKnownButEarlierChangesComeInTheirPlace() throws {
    let community = try TestCommunity(Self.files)
    // The plant reports at 03:30 by the tape; after it comes a report of the room that was made at 03:20.
    let lines = [
      Self.tape(0, "cc", #"{"b":50}"#), Self.tape(30, "cc", #"{"b":10}"#),
      Self.tape(31, "aa", #"{"b":10,"time":"2026-01-05T03:20:00Z"}"#),
    ]
    let (changes, readings, _) = try community.replay([lines])
    let battery = changes.filter { $0.rule == "battery-low" }
    #expect(battery.map(\.subject) == ["care-301-env/battery", "plant-env/battery"])
    #expect(battery.map(\.at.rfc3339) == ["2026-01-05T03:20:00.000Z", "2026-01-05T03:30:00.000Z"])
    #expect(changes.map(\.at) == changes.map(\.at).sorted())
    #expect(readings.map(\.point) == ["plant-env/battery", "plant-env/battery", "care-301-env/battery"])
  }

  @Test func readingsShowUnitsAndQuality() throws {
    let community = try TestCommunity(Self.files)
    let lines = [
      Self.tape(0, "aa", #"{"t":59,"b":80,"time":"2026-01-05T03:00:00Z"}"#), Self.tape(1, "aa", #"{"t":-58,"b":80}"#),
      Self.tape(2, "aa", #"{"t":"broken"}"#),
    ]
    let readings = try community.replay([lines]).readings
    #expect(
      readings.map(\.json) == [
        #"{"at":"2026-01-05T03:00:00.000Z","point":"care-301-env/temperature","quantity":"temperature","unit":"Cel","value":15,"quality":"good","reason":""}"#,
        #"{"at":"2026-01-05T03:00:00.000Z","point":"care-301-env/battery","quantity":"battery-level","unit":"%","value":80,"quality":"good","reason":""}"#,
        #"{"at":"2026-01-05T03:01:00.000Z","point":"care-301-env/temperature","quantity":"temperature","unit":"Cel","value":-50,"quality":"bad","reason":"out-of-range"}"#,
        #"{"at":"2026-01-05T03:01:00.000Z","point":"care-301-env/battery","quantity":"battery-level","unit":"%","value":80,"quality":"uncertain","reason":"clock"}"#,
        #"{"at":"2026-01-05T03:02:00.000Z","point":"care-301-env/temperature","quantity":"temperature","unit":"Cel","value":null,"quality":"bad","reason":"undecodable"}"#,
      ])
  }

  @Test func aTapeThatIsNotThere() throws {
    let community = try TestCommunity(Self.files)
    var said: [String] = []
    let count = try TapePlayer(community.rules).play(["/nowhere/x.tape"]) { event in
      if case .malformed(let tape, let line, let problem) = event { said.append("\(tape):\(line): \(problem)") }
    }
    #expect(count == 1)
    #expect(said == ["/nowhere/x.tape:0: cannot be read: No such file or directory"])
  }
}
