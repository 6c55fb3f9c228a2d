// How often each rule of the example raises, and why that is taken to be so. Where studies, offices or the trade give a figure it is
// taken; the others are said to be guesses, and none is kind to the measures.

/// How often a rule raises at one of its subjects when nothing larger is the cause (`YearHappenings`).
struct RaiseRate {
  /// A year and subject; of `isOfDevice` a year and device.
  var often: Double
  /// Median, ms; 0: an event that is over at once.
  var lasts: Int64
  /// The rule looks at every point of a device, and it is the device that fails.
  var isOfDevice = false
  var why: String
}

extension RaiseRate {
  private static let minute = YearOfAlerts.minute
  private static let hour = YearOfAlerts.hour

  static let all: [String: RaiseRate] = homes.merging(community) { $1 }.merging(devices) { $1 }

  private static let homes: [String: RaiseRate] = [
    "care-emergency-call": .init(
      often: 3, lasts: 0,
      why: """
        A million failed calls at 7.5 % on 1.7 million lines in Britain (communicare247.com) make 8 a line and year, tests and \
        technical ones among them; two users of three never press (Safety Confirmation, 2010). 3 is between.
        """),
    "care-fall": .init(
      often: 1, lasts: 2 * minute,
      why: """
        598 indoor falls of 765 people in 21.7 months (MOBILIZE Boston, J Am Geriatr Soc 2010;58:2135): 0.43 a year; as many \
        again that are none.
        """),
    "care-smoke": .init(
      often: 0.3, lasts: 6 * minute,
      why: """
        11 % of homes with photoelectric detectors had a false alarm within half a year (Fazzini, West J Med 2000): 0.23 a year; \
        twice that for frying in a wok, of which \
        0.2 are in `YearHappenings`.
        """),
    "care-no-water": .init(
      often: 3, lasts: 8 * hour,
      why: "Nights away that nobody was told of (Zhuhai, FIELD §2), every four months: a guess."),
    "care-no-movement": .init(often: 2, lasts: 6 * hour, why: "Two of three such nights become a whole day."),
    "care-room-cold": .init(often: 2, lasts: 5 * hour, why: "Twice a winter a window or the heating: a guess."),
    "care-door-not-opened": .init(
      often: 12, lasts: 5 * hour, why: "Who goes out on most days stays in for a whole one once a month: a guess."),
    "care-still-at-home": .init(
      often: 11, lasts: hour,
      why: """
        0.09 false alarms a day for inactivity of five hours (Sensors 2024, 24, 6583); this rule can raise in 8 of 24 hours.
        """),
    "care-long-in-bed": .init(often: 4, lasts: 2 * hour, why: "Two illnesses a year with two days in bed: a guess."),
    "care-out-of-bed-at-night": .init(
      often: 10, lasts: 40 * minute,
      why: "Each of six nights away that nobody was told of, and four in an armchair: a guess."),
    "care-door-open-at-night": .init(often: 3, lasts: 15 * minute, why: "Forgotten now and then: a guess."),
    "care-room-hot": .init(
      often: 4, lasts: 4 * hour, why: "Some ten days above 35 °C in the north, one home in three without cooling."),
    "care-water-running": .init(often: 0.5, lasts: 40 * minute, why: "A tap or a hose every other year: a guess."),
    "care-water-high": .init(
      often: 1, lasts: 10 * hour, why: "One home in ten leaks 340 l a day (EPA WaterSense); 2 m³ are rarer."),
  ]

  private static let community: [String: RaiseRate] = [
    "carpark-co-danger": .init(often: 0.1, lasts: 10 * minute, why: "Once in ten years and section: a guess."),
    "carpark-co": .init(often: 4, lasts: 12 * minute, why: "Winter evenings with engines running: a guess."),
    "gate-fault": .init(often: 6, lasts: 30 * minute, why: "As a lift's doors, and knocked by cars: a guess."),
    "carpark-full": .init(
      often: 250, lasts: 50 * minute,
      why: """
        Residents come home every working day to fewer spaces than cars. (The public garages of Aarhus, 2014, were down to two \
        free spaces 2 to 8 times in 144 days.)
        """),
    "bay-overstay": .init(often: 12, lasts: 20 * hour, why: "A guest a month: a guess."),
    "lift-trapped": .init(
      often: 0.4, lasts: 25 * minute, why: "A fifth of two breakdowns a year (elevatingstudio.com)."),
    "lift-fault": .init(
      often: 4, lasts: 100 * minute,
      why: "2 to 4 call-outs a year are usual (acelifts.com; Cooper, Lift and Escalator Symposium 2018)."),
    "lift-door-held": .init(often: 52, lasts: 4 * minute, why: "Somebody moves something once a week: a guess."),
    "lift-out-of-service": .init(often: 2, lasts: 2 * hour, why: "Beside the service visits: a guess."),
    "pump-overload": .init(often: 1, lasts: 30 * minute, why: "A guess."),
    "booster-stopped": .init(often: 0.3, lasts: hour, why: "A guess."),
    "sump-high": .init(often: 3, lasts: 20 * minute, why: "Cloudbursts: a guess."),
    "sump-pump-idle": .init(often: 0.5, lasts: 30 * minute, why: "A guess."),
    "supply-voltage": .init(often: 2, lasts: 10 * minute, why: "A guess."),
    "supply-lost": .init(often: 0, lasts: 0, why: "All three phases at once: `YearHappenings`."),
    "heating-riser-cold": .init(often: 3, lasts: 5 * hour, why: "A guess."),
    "building-smoke": .init(
      often: 0.8, lasts: 10 * minute, why: "As in homes; of three detectors one hangs in a kitchen for many."),
    "gas-alarm": .init(often: 0.3, lasts: 10 * minute, why: "A guess."),
    "gas-rising": .init(often: 3, lasts: 8 * minute, why: "A burner that does not light: a guess."),
    "water-leak": .init(often: 1, lasts: 50 * minute, why: "A guess."),
    "roof-door-open": .init(often: 40, lasts: 12 * minute, why: "Bedding is dried up there most weeks: a guess."),
    "bin-fire": .init(often: 0.1, lasts: 8 * minute, why: "A guess."),
    "bin-full": .init(often: 120, lasts: 6 * hour, why: "A bin takes three days to fill: a guess."),
    "bin-tilted": .init(often: 12, lasts: 2 * hour, why: "A storm or a lorry once a month: a guess."),
    "noise-at-night": .init(often: 60, lasts: 25 * minute, why: "Summer nights in the yard: a guess."),
    "air-polluted": .init(
      often: 70, lasts: 7 * hour,
      why: "At a yearly mean of 41 µg/m³, lognormal, one day in ten is above 75; two spells each."),
    "dayroom-stuffy": .init(
      often: 150, lasts: 25 * minute,
      why: """
        One of four working days in an office for two (UCI Occupancy, 2015) was above 1500 ppm; a full room is on each of 110 days \
        of heating, and on one of four others.
        """),
  ]

  private static let devices: [String: RaiseRate] = [
    "device-silent": .init(
      often: 0.7, lasts: 8 * hour,
      why: """
        96.7 % of LoRa frames arrive indoors (Petäjäjärvi, Health and Wellbeing 2016): three hourly ones in a row are lost 0.3 \
        times a year; two devices in five are unplugged, run empty or fail.
        """),
    "device-stuck": .init(often: 0.1, lasts: 5 * hour, isOfDevice: true, why: "One in ten sensors a year: a guess."),
    "point-out-of-range": .init(often: 0.1, lasts: 30 * minute, isOfDevice: true, why: "The same."),
    "point-fault": .init(often: 0.1, lasts: 2 * hour, isOfDevice: true, why: "The same."),
    "battery-low": .init(
      often: 0.4, lasts: 60 * hour, why: "A cell lasts two to three years; changed on the weekly round."),
  ]
}
