from __future__ import annotations

from django.contrib.auth import views


class SignIn(views.LoginView):
    template_name = "web/sign_in.html"
    redirect_authenticated_user = True
