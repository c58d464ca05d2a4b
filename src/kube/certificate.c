/* SPDX-License-Identifier: Apache-2.0 */
/* Names in certificates, by libcrypto: see certificate.h. */
#include "kube/certificate.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum covers certificate_covers(str pem, str host)
{
	if (pem.n == 0 || pem.n > INT_MAX || host.n == 0)
		return COVERS_UNKNOWN;
	enum covers covers = COVERS_UNKNOWN;
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	if (x)
		covers = X509_check_host(x, host.p, host.n, 0, NULL) == 1 ? COVERS_YES : COVERS_NO;
	X509_free(x);
	BIO_free(bio);
	return covers;
}
