/// The quantities that Linli knows. A new one is one line here.
extension Quantity {
  static let numbers: [Quantity] = air + water + electricity + person + signalsAndSound + mechanics + general

  private static let air: [Quantity] = [
    Quantity("temperature", .temperature, "Cel", "温度", "temperature"),
    Quantity("temperature-setpoint", .temperature, "Cel", "设定温度", "temperature setpoint"),
    Quantity("dew-point", .temperature, "Cel", "露点", "dew point"),
    Quantity("relative-humidity", .ratio, "%", "相对湿度", "relative humidity"),
    Quantity("soil-moisture", .ratio, "%", "土壤湿度", "soil moisture"),
    Quantity("absolute-humidity", .massConcentration, "g/m3", "绝对湿度", "absolute humidity"),
    Quantity("pressure", .pressure, "hPa", "压力", "pressure"),
    Quantity("illuminance", .illuminance, "lx", "照度", "illuminance"),
    Quantity("irradiance", .irradiance, "W/m2", "辐照度", "irradiance"),
    Quantity("uv-index", .number, "1", "紫外线指数", "UV index"),
    Quantity("colour-temperature", .colourTemperature, "K", "色温", "colour temperature"),
    Quantity("co2", .mixingRatio, "[ppm]", "二氧化碳", "carbon dioxide"),
    Quantity("co", .mixingRatio, "[ppm]", "一氧化碳", "carbon monoxide"),
    Quantity("gas", .mixingRatio, "[ppm]", "可燃气体", "combustible gas"),
    Quantity("methane", .mixingRatio, "[ppm]", "甲烷", "methane"),
    Quantity("ozone", .mixingRatio, "[ppm]", "臭氧", "ozone"),
    Quantity("no2", .mixingRatio, "[ppm]", "二氧化氮", "nitrogen dioxide"),
    Quantity("so2", .mixingRatio, "[ppm]", "二氧化硫", "sulphur dioxide"),
    Quantity("nh3", .mixingRatio, "[ppm]", "氨气", "ammonia"),
    Quantity("h2s", .mixingRatio, "[ppm]", "硫化氢", "hydrogen sulphide"),
    Quantity("oxygen", .ratio, "%", "氧气", "oxygen"),
    Quantity("voc", .mixingRatio, "[ppb]", "挥发性有机物", "volatile organic compounds"),
    Quantity("voc-mass", .massConcentration, "ug/m3", "挥发性有机物", "volatile organic compounds (mass)"),
    Quantity("formaldehyde", .massConcentration, "ug/m3", "甲醛", "formaldehyde"),
    Quantity("pm1", .massConcentration, "ug/m3", "PM1", "PM1"),
    Quantity("pm25", .massConcentration, "ug/m3", "PM2.5", "PM2.5"),
    Quantity("pm10", .massConcentration, "ug/m3", "PM10", "PM10"),
    Quantity("air-quality-index", .number, "1", "空气质量指数", "air quality index"),
    Quantity("air-flow", .flow, "m3/h", "风量", "air flow"),
    Quantity("wind-speed", .speed, "m/s", "风速", "wind speed"),
    Quantity("wind-direction", .angle, "deg", "风向", "wind direction"),
    Quantity("radiation", .doseRate, "uSv/h", "辐射剂量率", "radiation dose rate"),
  ]

  private static let water: [Quantity] = [
    Quantity("volume", .volume, "m3", "用量", "volume"),
    Quantity("flow", .flow, "L/min", "流量", "flow"),
    Quantity("level", .length, "m", "水位", "level"),
    Quantity("fill-level", .ratio, "%", "液位", "fill level"),
    Quantity("rain", .length, "mm", "降雨量", "rain"),
    Quantity("rain-rate", .precipitation, "mm/h", "雨强", "rain rate"),
    Quantity("conductivity", .conductivity, "uS/cm", "电导率", "conductivity"),
    Quantity("ph", .pH, "[pH]", "酸碱度", "pH"),
    Quantity("turbidity", .number, "1", "浊度", "turbidity (NTU)"),
  ]

  private static let electricity: [Quantity] = [
    Quantity("power", .power, "W", "功率", "power"),
    Quantity("apparent-power", .apparentPower, "V.A", "视在功率", "apparent power"),
    Quantity("reactive-power", .reactivePower, "var", "无功功率", "reactive power"),
    Quantity("power-factor", .number, "1", "功率因数", "power factor"),
    Quantity("energy", .energy, "kW.h", "电量", "energy"),
    Quantity("voltage", .voltage, "V", "电压", "voltage"),
    Quantity("current", .current, "A", "电流", "current"),
    Quantity("leakage-current", .current, "mA", "剩余电流", "residual current"),
    Quantity("resistance", .resistance, "Ohm", "电阻", "resistance"),
    Quantity("frequency", .frequency, "Hz", "频率", "frequency"),
    Quantity("battery-level", .ratio, "%", "电池电量", "battery level"),
    Quantity("battery-voltage", .voltage, "V", "电池电压", "battery voltage"),
  ]

  private static let person: [Quantity] = [
    Quantity("heart-rate", .frequency, "/min", "心率", "heart rate"),
    Quantity("respiration-rate", .frequency, "/min", "呼吸率", "respiration rate"),
    Quantity("body-temperature", .temperature, "Cel", "体温", "body temperature"),
    Quantity("blood-oxygen", .ratio, "%", "血氧", "blood oxygen"),
    Quantity("blood-pressure", .pressure, "mm[Hg]", "血压", "blood pressure"),
  ]

  private static let signalsAndSound: [Quantity] = [
    Quantity("signal", .powerLevel, "dBm", "信号强度", "signal strength"),
    Quantity("signal-to-noise", .gain, "dB", "信噪比", "signal-to-noise ratio"),
    Quantity("link-quality", .number, "1", "链路质量", "link quality"),
    Quantity("sound", .soundLevel, "dB[SPL]", "声级", "sound level"),
  ]

  private static let mechanics: [Quantity] = [
    Quantity("distance", .length, "m", "距离", "distance"),
    Quantity("displacement", .length, "mm", "位移", "displacement"),
    Quantity("speed", .speed, "m/s", "速度", "speed"),
    Quantity("vibration-velocity", .speed, "mm/s", "振动速度", "vibration velocity"),
    Quantity("acceleration", .acceleration, "m/s2", "加速度", "acceleration"),
    Quantity("angle", .angle, "deg", "角度", "angle"),
    Quantity("rotational-speed", .frequency, "/min", "转速", "rotational speed"),
    Quantity("weight", .mass, "kg", "重量", "weight"),
    Quantity("position", .ratio, "%", "开度", "position"),
    Quantity("load", .ratio, "%", "负载", "load"),
  ]

  private static let general: [Quantity] = [
    Quantity("count", .number, "1", "计数", "count"),
    Quantity("people", .number, "1", "人数", "people"),
    Quantity("vehicles", .number, "1", "车辆数", "vehicles"),
    Quantity("free-spaces", .number, "1", "空余车位", "free spaces"),
    Quantity("capacity", .number, "1", "总数", "capacity"),
    Quantity("floor", .number, "1", "楼层", "floor"),
    Quantity("duration", .time, "s", "时长", "duration"),
    Quantity("ratio", .ratio, "%", "比例", "ratio"),
    Quantity("value", .number, "1", "数值", "value"),
  ]

  static let booleans: [Quantity] = [
    Quantity(.boolean, "occupancy", "占用", "occupancy"),
    Quantity(.boolean, "presence", "有人", "presence"),
    Quantity(.boolean, "bed-occupancy", "在床", "bed occupancy"),
    Quantity(.boolean, "motion", "移动", "motion"),
    Quantity(.boolean, "open", "开启", "open"),
    Quantity(.boolean, "door", "门", "door open"),
    Quantity(.boolean, "locked", "上锁", "locked"),
    Quantity(.boolean, "pressed", "按下", "pressed"),
    Quantity(.boolean, "sos", "求助", "call for help"),
    Quantity(.boolean, "fall", "跌倒", "fall"),
    Quantity(.boolean, "trapped", "困人", "person trapped"),
    Quantity(.boolean, "leak", "漏水", "leak"),
    Quantity(.boolean, "smoke", "烟雾", "smoke"),
    Quantity(.boolean, "heat-alarm", "高温报警", "heat alarm"),
    Quantity(.boolean, "gas-alarm", "燃气报警", "gas alarm"),
    Quantity(.boolean, "co-alarm", "一氧化碳报警", "CO alarm"),
    Quantity(.boolean, "alarm", "报警", "alarm"),
    Quantity(.boolean, "running", "运行", "running"),
    Quantity(.boolean, "fault", "故障", "fault"),
    Quantity(.boolean, "on", "接通", "on"),
    Quantity(.boolean, "tamper", "防拆", "tamper"),
    Quantity(.boolean, "vibration", "振动", "vibration"),
    Quantity(.boolean, "online", "在线", "online"),
    Quantity(.boolean, "charging", "充电中", "charging"),
    Quantity(.boolean, "battery-low", "电量低", "battery low"),
    Quantity(.boolean, "overload", "过载", "overload"),
  ]
}
