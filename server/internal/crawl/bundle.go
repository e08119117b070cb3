package crawl

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
)

// maxBundle is how many certificates of one answer are kept: some authorities bundle all
// that they ever had.
const maxBundle = 10

// readCertificates reads what is found where a certificate says that the one above it
// is: one certificate, or several in the envelope of PKCS #7 (RFC 5280, section 4.2.2.1),
// and either may be wrapped in PEM. There are none in anything else.
func readCertificates(body []byte) []*x509.Certificate {
	if block, _ := pem.Decode(body); block != nil {
		body = block.Bytes
	}
	found, err := x509.ParseCertificates(body)
	if err != nil {
		found, err = x509.ParseCertificates(unwrapBundle(body))
	}
	if err != nil {
		return nil
	}
	return found[:min(len(found), maxBundle)]
}

// signedData is the type of the only envelope that certificates are sent in, see RFC 5652,
// section 5.1. Nothing in it is signed then.
var signedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}

// unwrapBundle returns the certificates in an envelope of PKCS #7, one behind the other.
func unwrapBundle(der []byte) []byte {
	var envelope struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue // [0], which holds the next one
	}
	var signed struct {
		Version               int
		Digests, Content, Set asn1.RawValue
	}
	const certificates = 0 // the tag of the set, as against that of what follows it
	if _, err := asn1.Unmarshal(der, &envelope); err != nil || !envelope.Type.Equal(signedData) {
		return nil
	}
	if _, err := asn1.Unmarshal(envelope.Content.Bytes, &signed); err != nil ||
		signed.Set.Class != asn1.ClassContextSpecific || signed.Set.Tag != certificates {
		return nil
	}
	return signed.Set.Bytes
}
