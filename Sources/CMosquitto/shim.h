// The installed client library's own header, and the MQTT 5 property helpers that go with it.
#include <mosquitto.h>
#include <mqtt_protocol.h>
