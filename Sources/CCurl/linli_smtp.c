#include "linli_smtp.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

struct upload {
  const char *next;
  size_t left;
};

static size_t read_message(char *buffer, size_t size, size_t count, void *context) {
  struct upload *upload = context;
  size_t length = size * count;
  if (length > upload->left) length = upload->left;
  memcpy(buffer, upload->next, length);
  upload->next += length;
  upload->left -= length;
  return length;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static void start_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static long protection(int starttls) {
  switch (starttls) {
    case LINLI_SMTP_PLAIN: return CURLUSESSL_NONE;
    case LINLI_SMTP_IF_OFFERED: return CURLUSESSL_TRY;
    default: return CURLUSESSL_ALL;
  }
}

int linli_smtp_send(const struct linli_smtp_mail *mail, struct linli_smtp_answer *answer) {
  memset(answer, 0, sizeof *answer);
  answer->signed_in = 1;
  pthread_once(&once, start_curl);
  CURL *curl = curl_easy_init();
  if (!curl) {
    snprintf(answer->error, sizeof answer->error, "no memory for a connection");
    return CURLE_FAILED_INIT;
  }
  struct curl_slist *receivers = NULL;
  for (size_t i = 0; i < mail->to_count; i++) {
    struct curl_slist *longer = curl_slist_append(receivers, mail->to[i]);
    if (!longer) {
      curl_slist_free_all(receivers);
      curl_easy_cleanup(curl);
      snprintf(answer->error, sizeof answer->error, "no memory for the receivers");
      return CURLE_OUT_OF_MEMORY;
    }
    receivers = longer;
  }
  struct upload upload = {mail->message, mail->message_length};
  char detail[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_URL, mail->url);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_USE_SSL, protection(mail->starttls));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, mail->timeout_ms);
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, receivers);
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  if (mail->user) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, mail->user);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, mail->password ? mail->password : "");
  }

  CURLcode code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer->reply_code);
  if (code == CURLE_LOGIN_DENIED) answer->signed_in = 0;
  if (code != CURLE_OK)
    snprintf(answer->error, sizeof answer->error, "%s", detail[0] ? detail : curl_easy_strerror(code));
  curl_slist_free_all(receivers);
  curl_easy_cleanup(curl);
  return code;
}
