// Sends one mail through libcurl. Swift cannot call the variadic curl_easy_setopt, hence this one function.
#ifndef LINLI_SMTP_H
#define LINLI_SMTP_H

#include <stddef.h>

// How the connection of an smtp:// address is protected.
enum linli_smtp_starttls {
  LINLI_SMTP_PLAIN = 0,       // never
  LINLI_SMTP_IF_OFFERED = 1,  // when the server offers it
  LINLI_SMTP_REQUIRED = 2     // or not at all
};

struct linli_smtp_mail {
  const char *url;   // smtp://host:port or smtps://host:port
  const char *user;  // NULL: no sign-in
  const char *password;
  const char *from;  // envelope sender, bare address
  const char *const *to;  // envelope receivers, bare addresses
  size_t to_count;
  const char *message;  // RFC 5322, lines end in CR LF
  size_t message_length;
  int starttls;     // enum linli_smtp_starttls
  long timeout_ms;  // of the whole exchange
};

struct linli_smtp_answer {
  long reply_code;     // the server's last reply (250, 451, 550 ...); 0 when none came
  int signed_in;       // 0 when the server refused user and password
  char error[256];     // what went wrong, never with the password; empty when nothing did
};

// Blocks until the mail is taken or the timeout is over. Returns 0 when the server has taken it, else libcurl's code.
int linli_smtp_send(const struct linli_smtp_mail *mail, struct linli_smtp_answer *answer);

#endif
