// The installed client library's own header, the MQTT 5 property helpers that go with it, and the system headers that
// Swift's Glibc module leaves out.
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// prctl is variadic, which Swift cannot call. 15 characters are kept.
static inline void linli_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
