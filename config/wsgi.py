import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from common.memory import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# Every view and form once, before the server makes processes that share them.
_ = get_resolver().url_patterns
keep_what_is_loaded()
