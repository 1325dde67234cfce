"""What people send about people."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from helpdesk.models.people import BuyingRole, ItReadiness, SharingMode


class _Base(Schema):
    class Meta:
        unknown = EXCLUDE


class SignInSchema(_Base):
    email = fields.String(required=True, validate=validate.Length(min=1, max=320))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class EmailSchema(_Base):
    email = fields.String(required=True, validate=validate.Length(min=1, max=320))


class PasswordSchema(_Base):
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class PasswordChangeSchema(_Base):
    old_password = fields.String(required=True, validate=validate.Length(min=1, max=1000))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class FirstRunSchema(_Base):
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    email = fields.String(required=True, validate=validate.Length(min=1, max=320))
    password = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class OrganisationSchema(_Base):
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    language = fields.String(load_default="en")
    timezone = fields.String(load_default="Europe/Vilnius")
    city = fields.String(load_default="", validate=validate.Length(max=100))
    sharing_mode = fields.Enum(SharingMode, by_value=True, load_default=SharingMode.PRIVATE)
    domains = fields.String(load_default="", validate=validate.Length(max=1000))


class ContactSchema(_Base):
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    email = fields.String(load_default="", validate=validate.Length(max=320))
    phone = fields.String(load_default="", validate=validate.Length(max=60))
    unit = fields.String(load_default="", validate=validate.Length(max=100))
    language = fields.String(load_default="")
    it_readiness = fields.Enum(ItReadiness, by_value=True, load_default=ItReadiness.BASIC)
    is_supervisor = fields.Boolean(load_default=False)
    roles = fields.List(fields.Enum(BuyingRole, by_value=True), load_default=list)


class StaffSchema(_Base):
    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    email = fields.String(required=True, validate=validate.Length(min=1, max=320))
    role = fields.String(required=True)
    team_ids = fields.List(fields.Integer(), load_default=list)
    leads_line = fields.Integer(load_default=None, allow_none=True)
