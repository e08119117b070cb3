package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"atalaya/shared"
)

// shareMark begins the links by which one audit can be read.
const shareMark = "atls_"

// shareKey begins the keys under which callers with a link are looked up.
const shareKey = "share "

// Signer signs links to audits. Its key belongs to the database, so that all servers of one
// know the links of each.
type Signer struct{ key []byte }

// NewSigner signs with a key that [DrawKey] has drawn.
func NewSigner(key string) Signer { return Signer{[]byte(key)} }

// DrawKey draws a key.
func DrawKey() string { return newSecret() }

// Link is what the holder of a link presents: its number, and a signature over all that it
// is good for.
func (s Signer) Link(share shared.Share) string {
	mac := hmac.New(sha256.New, s.key)
	for _, number := range []int64{share.ID, share.AuditID, share.ExpiresAt.UnixMilli()} {
		mac.Write([]byte(strconv.FormatInt(number, 10) + "|"))
	}
	signature := strings.ToLower(plainBase32.EncodeToString(mac.Sum(nil)))
	return shareMark + strconv.FormatInt(share.ID, 10) + "_" + signature
}

// numberOf is the number of the link that somebody presents; whether it is one of ours is
// for the signature to say.
func numberOf(link string) (id int64, ok bool) {
	rest, ok := strings.CutPrefix(link, shareMark)
	number, _, signed := strings.Cut(rest, "_")
	id, isNumber := shared.ParseID(number)
	return id, ok && signed && isNumber
}

// RedeemShare finds the audit of a link, and has the browser keep the link until it
// expires. It fails with [ErrSignIn].
func (g *Gate) RedeemShare(w http.ResponseWriter, r *http.Request, link string) (audit int64, err error) {
	share, err := g.lookUpShare(r.Context(), link)
	if err != nil {
		return 0, err
	}
	g.noteShare(share)
	http.SetCookie(w, &http.Cookie{
		Name: g.shareCookie(r, share.AuditID), Value: link, Path: "/", HttpOnly: true, Secure: g.Outside.Secure(r),
		SameSite: http.SameSiteLaxMode, MaxAge: int(time.Until(share.ExpiresAt.Time) / time.Second),
	})
	return share.AuditID, nil
}

// shareCookie is the name of the cookie with the link to an audit.
func (g *Gate) shareCookie(r *http.Request, audit int64) string {
	return g.cookieName(r) + "-share-" + strconv.FormatInt(audit, 10)
}

func (g *Gate) lookUpShare(ctx context.Context, link string) (shared.Share, error) {
	id, ok := numberOf(link)
	if !ok {
		return shared.Share{}, ErrSignIn
	}
	c, err := g.lookUp(ctx, shareKey+strconv.FormatInt(id, 10))
	if err == nil && !hmac.Equal([]byte(g.Signer.Link(c.Share)), []byte(link)) {
		err = ErrSignIn
	}
	return c.Share, err
}

// byShares is the caller of a request about audits to each of which it has a link.
func (g *Gate) byShares(r *http.Request, right Right) (Caller, error) {
	audits := auditsOf(r)
	if right != ReadAudit && r.URL.Path != shared.PathStreams || len(audits) == 0 {
		return Caller{}, ErrSignIn
	}
	var numbers []string
	for _, audit := range audits {
		share, err := g.shareOf(r, audit)
		if err != nil {
			return Caller{}, err
		}
		g.noteShare(share)
		numbers = append(numbers, strconv.FormatInt(share.ID, 10))
	}
	return Caller{Name: "link " + strings.Join(numbers, " "), Role: shared.RoleViewer,
		key: shareKey + strings.Join(numbers, " ")}, nil
}

// noteShare counts a link as used.
func (g *Gate) noteShare(s shared.Share) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.usedShares[s.ID] = struct{}{}
}

// shareOf is the link to an audit that a request has: a program sends it as it would a
// token.
func (g *Gate) shareOf(r *http.Request, audit int64) (share shared.Share, err error) {
	link, sent := bearer(r.Header)
	if !sent {
		c, err := r.Cookie(g.shareCookie(r, audit))
		if err != nil {
			return share, ErrSignIn
		}
		link = c.Value
	}
	share, err = g.lookUpShare(r.Context(), link)
	if err == nil && share.AuditID != audit {
		err = ErrSignIn
	}
	return share, err
}

// auditsOf are the audits that a request names, in its path or, for a stream of several,
// in the query; none if one of them has no number, or if the list may be asked for too.
func auditsOf(r *http.Request) (audits []int64) {
	query := r.URL.Query()
	numbers := query[shared.ParamID]
	if r.URL.Path == shared.PathStreams && query.Has(shared.ParamList) {
		return nil
	}
	if r.URL.Path != shared.PathStreams {
		_, rest, _ := strings.Cut(r.URL.Path, "/audits/")
		number, _, _ := strings.Cut(rest, "/")
		numbers = []string{number}
	}
	for _, number := range numbers {
		id, ok := shared.ParseID(number)
		if !ok {
			return nil
		}
		if !slices.Contains(audits, id) {
			audits = append(audits, id)
		}
	}
	return audits
}
