"""Does the ministry's own sign-in service vouch for this person? Its token is checked whole: hand, reader, day, nonce.

allauth leaves the signature to the transport when it fetched the token itself, sends no nonce and takes what is said of
the person from another answer of the service without asking whether both speak of the same one. Here all are checked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import jwt
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

# Public-key signatures only: a shared secret would let whoever holds the key list sign for the service.
SIGNATURES = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
STATED = ("iss", "sub", "aud", "exp", "iat", "nonce")


class AskingClient(OAuth2Client):
    """Asks with a nonce. It need be no secret: the challenge of this very session, whose other half stays here."""

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        """To which address is the person sent?"""
        challenge = extra_params["code_challenge"]
        asked = {**extra_params, "nonce": challenge.decode() if isinstance(challenge, bytes) else challenge}
        return str(super().get_redirect_url(authorization_url, scope, asked))


class MinistryAdapter(OpenIDConnectOAuth2Adapter):
    """The service that ECLUSE_OIDC_SERVER names."""

    client_class = AskingClient
    verifier = ""

    def get_provider(self) -> Any:
        """Which service is it? It is asked through this class, on both ways."""
        found = super().get_provider()
        found.oauth2_adapter_class = type(self)
        return found

    def get_access_token_data(self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: Any = None) -> Any:
        """What does the service give for this code? The session's half of the challenge is kept for the nonce."""
        self.verifier = pkce_code_verifier or ""
        return super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **more: Any) -> Any:
        """Of whom does the service speak? Raises OAuth2Error where the token, or what is said beside it, fails."""
        signed = more["response"].get("id_token")
        if not isinstance(signed, str):
            raise OAuth2Error("no id_token")
        stated = self._decode_id_token(app, signed)
        said = self._fetch_user_info(token.token)
        if not isinstance(said, dict) or said.get("sub") != stated["sub"]:
            raise OAuth2Error("userinfo speaks of another subject")
        # Only the plain yes counts: a text such as "false" is no yes.
        said = {**said, "email_verified": said.get("email_verified") is True}
        return self.get_provider().sociallogin_from_response(request, {"userinfo": said, "id_token": stated})

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            if jwt.get_unverified_header(id_token).get("alg") not in SIGNATURES:
                raise OAuth2Error("the id_token bears no public-key signature")
            stated: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token, keys_url=self.openid_config["jwks_uri"], issuer=self.openid_config["issuer"],
                audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk, verify_signature=True,
            )  # fmt: skip
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("invalid id_token") from error
        missing = [name for name in STATED if not stated.get(name)]
        if missing or stated.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error(f"the id_token states no {missing[0]}" if missing else "the id_token is for another")
        if not self.verifier or not hmac.compare_digest(str(stated["nonce"]).encode(), _challenge(self.verifier)):
            raise OAuth2Error("the id_token answers another session")
        return stated


def _challenge(verifier: str) -> bytes:
    """Which challenge belongs to this verifier (RFC 7636, S256)?"""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")


@login_not_required
def login(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where is the person sent to sign in?"""
    return _asked(OAuth2LoginView, request, provider_id)


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Who came back, if anybody whom the office knows?"""
    return _asked(OAuth2CallbackView, request, provider_id)


def _asked(view: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        adapter = MinistryAdapter(request, provider_id)
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    try:
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except (RequestException, KeyError, ValueError) as error:
        # The service does not answer, or answers no configuration.
        return HttpResponse(render_authentication_error(request, provider, exception=error).content, status=502)
    return answer
