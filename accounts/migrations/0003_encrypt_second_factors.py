from django.db import migrations

from accounts.sealing import each_secret, seal, unseal


def encrypt(apps, schema_editor):
    _change(apps, seal)


def decrypt(apps, schema_editor):
    _change(apps, unseal)


def _change(apps, change):
    for row in apps.get_model("mfa", "Authenticator").objects.all():
        row.data = each_secret(row.data, change)
        row.save(update_fields=["data"])


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0002_trust"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(encrypt, decrypt)]
